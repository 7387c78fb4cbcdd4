import { readFile } from "node:fs/promises";
import { reasonOf } from "../../corefile/corefile-error.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Token } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import { configPath } from "../../server/config-path.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { SearchPath } from "../../server/contract/search-paths.ts";
import { parseSearchList } from "../../upstream/resolv-conf.ts";
import type { Paths } from "./paths.ts";

/** One search path for all clients, that of a file like resolv.conf. It is read when the server starts. */
export class FilePath implements Paths {
  readonly #file: string;
  readonly #at: Token;
  readonly #context: PluginContext;
  #path: SearchPath | undefined;

  constructor({ file, at }: { file: string; at: Token }, context: PluginContext) {
    this.#file = configPath(file, context.settings, at);
    this.#at = at;
    this.#context = context;
  }

  pathOf(qname: Name): SearchPath | undefined {
    const [first] = this.#path?.suffixes ?? [];
    if (!first || !qname.isWithin(first) || qname.equals(first)) return undefined;
    return this.#path;
  }

  async check(): Promise<void> {
    await this.#read();
  }

  async start(): Promise<void> {
    const suffixes = await this.#read();
    this.#path = { suffixes: [...suffixes, Name.root] };
  }

  async #read(): Promise<readonly Name[]> {
    const suffixes = parseSearchList(await this.#text());
    if (suffixes.length === 0) {
      this.#context.log.warn(`"${this.#at.text}" has no effect: it has no line "search SUFFIX..."`);
    }
    return suffixes;
  }

  async #text(): Promise<string> {
    try {
      return await readFile(this.#file, "utf8");
    } catch (error) {
      throw tokenError(this.#at, `cannot read "${this.#at.text}": ${reasonOf(error)}`);
    }
  }
}
