import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseCorefile } from "../../corefile/corefile.ts";
import { Faults } from "../../corefile/faults.ts";
import type { PluginDefinition } from "../../corefile/plugin-definition.ts";
import { plugins } from "../../plugins/index.ts";
import { pluginName } from "../plugin-order.ts";
import { digestOf } from "./module-hooks.ts";
import type { Loaded } from "./module-hooks.ts";
import { PluginModules } from "./plugin-modules.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "portolan-modules-"));
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true });
});

const PARTS = { api: 1, parse: (): void => {} };

/** Modules that export all plugins that are asked for in these tests. */
class Modules {
  readonly asked: string[] = [];
  readonly #modules: PluginModules;
  result: (() => Promise<Loaded>) | undefined;
  readonly files = new Map<string, string>();

  constructor() {
    this.#modules = new PluginModules((source, from) => {
      this.asked.push(`${source.replace(`${folder}/`, "")} in ${from.replace(folder, "FOLDER")}`);
      const exports = { a: { ...PARTS, name: "a" }, b: { ...PARTS, name: "b" } };
      return this.result?.() ?? Promise.resolve({ exports, files: new Map(this.files) });
    });
  }

  async order(text: string): Promise<string[]> {
    const definitions: PluginDefinition[] = [];
    parseCorefile(text, join(folder, "Corefile"), { plugins: definitions });
    const faults = new Faults();
    const order = await this.#modules.order(definitions, plugins, faults);
    faults.throwIfAny();
    return order.map(pluginName).filter((name) => ["a", "b", "cache"].includes(name));
  }
}

describe("modules of plugins", () => {
  it("are looked for beside the Corefile, or as packages from its folder", async () => {
    await writeFile(join(folder, "a.js"), "");
    const modules = new Modules();
    expect(await modules.order("plugin a from ./a.js\nplugin b from @me/b after cache")).toEqual([
      "a",
      "cache",
      "b",
    ]);
    expect(modules.asked).toEqual(["a.js in FOLDER", "@me/b in FOLDER"]);
  });

  it("are loaded again only when one of their files has changed", async () => {
    await writeFile(join(folder, "a.js"), "");
    await writeFile(join(folder, "part.js"), "1");
    const modules = new Modules();
    modules.files.set(join(folder, "part.js"), digestOf(Buffer.from("1")));
    const load = async (): Promise<number> => {
      await modules.order("plugin a from ./a.js");
      return modules.asked.length;
    };
    expect([await load(), await load()]).toEqual([1, 1]);
    await writeFile(join(folder, "part.js"), "2");
    expect(await load()).toBe(2);
    modules.files.set(join(folder, "part.js"), digestOf(Buffer.from("2")));
    expect([await load(), await load()]).toEqual([3, 3]);
    await rm(join(folder, "part.js"));
    expect(await load()).toBe(4);
  });

  it("may be named twice for the same plugin, but not for another one", async () => {
    await writeFile(join(folder, "a.js"), "");
    const modules = new Modules();
    const same = `plugin a from ./a.js\nplugin a from ${folder}/a.js`;
    expect(await modules.order(same)).toEqual(["a", "cache"]);
    await expect(modules.order("plugin a from ./a.js\n\nplugin a from pkg")).rejects.toThrow(
      `Corefile:3: Plugin "a" is defined twice: ${folder}/Corefile:1 has it from "./a.js"`,
    );
  });

  it.each<[string, string, (() => Promise<Loaded>) | undefined]>([
    ["plugin a from ./none.js", 'from "./none.js": no such file or folder', undefined],
    ["plugin a from .", 'from ".": it is no file', undefined],
    ["plugin c from pkg", 'from "pkg": it exports no plugin of that name, but "a", "b"', undefined],
    ["plugin a from pkg", 'from "pkg": a\n slip', () => Promise.reject(new Error("a\n slip"))],
  ])("are refused with file and line: %s", async (text, message, result) => {
    const modules = new Modules();
    modules.result = result;
    await expect(modules.order(`\n${text}`)).rejects.toThrow(
      new RegExp(`Corefile:2: Cannot load plugin "\\w" ${message.replace("\n ", " ")}$`),
    );
  });

  it("are not waited for without end", async () => {
    vi.useFakeTimers();
    const modules = new Modules();
    modules.result = () => new Promise(() => {});
    const late = modules.order("plugin a from pkg").catch(String);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await late).toContain(
      'Corefile:1: Cannot load plugin "a" from "pkg": it is still being imported after 10 s',
    );
  });
});
