import { readFile } from "node:fs/promises";
import { statSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { CorefileError, reasonOf } from "../../corefile/corefile-error.ts";
import type { Faults } from "../../corefile/faults.ts";
import type { PluginDefinition } from "../../corefile/plugin-definition.ts";
import { configPath } from "../config-path.ts";
import { definePlugin } from "../contract/plugin.ts";
import type { AnyPlugin } from "../contract/plugin.ts";
import { inTime } from "../in-time.ts";
import type { PluginOrder } from "../plugin-order.ts";
import { findPlugin } from "./find-plugin.ts";
import { guardPlugin } from "./guard-plugin.ts";
import type { Loaded } from "./module-hooks.ts";
import { digestOf, loadModule } from "./module-hooks.ts";
import { placePlugins, requireFreeName } from "./place-plugins.ts";
import type { PlacedPlugin } from "./place-plugins.ts";

/** What a module may take to be imported. */
export const MAX_IMPORT_SECONDS = 10;

/** Modules that Corefiles have named. One that has not changed is not loaded again by a reload. */
export class PluginModules {
  readonly #loaded = new Map<string, Loaded>();
  readonly #load: typeof loadModule;

  /** @param load imports a module anew */
  constructor(load: typeof loadModule = loadModule) {
    this.#load = load;
  }

  /**
   * The order of plugins with those that a Corefile defines.
   * @param faults takes what is wrong with them; their directives are then taken for good
   */
  async order(
    definitions: readonly PluginDefinition[] = [],
    plugins: PluginOrder,
    faults: Faults,
  ): Promise<PluginOrder> {
    const placed = new Map<string, PlacedPlugin & { readonly source: string }>();
    for (const definition of definitions) {
      const { name, module } = definition;
      await faults.tryAsync(async () => {
        const source = sourceOf(definition);
        const known = placed.get(name.text);
        if (known?.source === source) return;
        if (known) throw definedTwice(definition, known.definition);
        placed.set(name.text, { definition, source, plugin: standIn(name.text) });
        requireFreeName(name, plugins);
        const plugin = await this.#plugin(definition, source).catch((cause: unknown) => {
          const what = `Cannot load plugin "${name.text}" from "${module.text}"`;
          throw new CorefileError(module, `${what}: ${messageOf(cause)}`);
        });
        placed.set(name.text, { definition, source, plugin });
      });
    }
    return placePlugins([...placed.values()], plugins, faults);
  }

  async #plugin({ name, module }: PluginDefinition, source: string): Promise<AnyPlugin> {
    const { exports } = await this.#module(source, dirname(resolve(module.file)));
    return guardPlugin(findPlugin(exports, name.text));
  }

  async #module(source: string, folder: string): Promise<Loaded> {
    if (isAbsolute(source)) requireFile(source);
    const id = isAbsolute(source) ? source : `${folder}\0${source}`;
    const known = this.#loaded.get(id);
    if (known && (await isSame(known))) return known;
    const loading = this.#load(source, folder);
    if (!(await inTime(loading, MAX_IMPORT_SECONDS * 1_000))) {
      throw new Error(`it is still being imported after ${MAX_IMPORT_SECONDS} s`);
    }
    const loaded = await loading;
    this.#loaded.set(id, loaded);
    return loaded;
  }
}

/** An absolute path, or the name of a package. */
function sourceOf({ module }: PluginDefinition): string {
  const isPath = module.text.startsWith(".") || isAbsolute(module.text);
  return isPath ? configPath(module.text, { root: "" }, module) : module.text;
}

function requireFile(path: string): void {
  let isFile;
  try {
    isFile = statSync(path).isFile();
  } catch (cause) {
    throw new Error(reasonOf(cause), { cause });
  }
  if (!isFile) throw new Error("it is no file");
}

/** Whether all its files are as they were when it was loaded. */
async function isSame({ files }: Loaded): Promise<boolean> {
  const same = [...files].map(async ([path, digest]) => {
    return digestOf(await readFile(path)) === digest;
  });
  return Promise.all(same).then(
    (all) => all.every(Boolean),
    () => false,
  );
}

/** In the place of one that is at fault, so that nobody is told besides that it is unknown. */
function standIn(name: string): AnyPlugin {
  return definePlugin({ name, parse: () => undefined });
}

function definedTwice({ name }: PluginDefinition, first: PluginDefinition): CorefileError {
  const { file, line, text } = first.module;
  const where = `${file}:${line} has it from "${text}"`;
  return new CorefileError(name, `Plugin "${name.text}" is defined twice: ${where}`);
}

/** What was thrown, and where in the module; all of it in one line. */
function messageOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const place = /file:\/\/\S*?([^/\s]+?)\?portolan=[^:\s]*:(\d+)/.exec(cause.stack ?? "");
  const message = cause.message.replaceAll(/\s*\n\s*/g, " ");
  return place ? `${message} (${place[1]}:${place[2]})` : message;
}
