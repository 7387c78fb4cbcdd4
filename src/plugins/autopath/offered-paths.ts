import { tokenError } from "../../corefile/directive.ts";
import type { Token } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { SearchPath, SearchPaths } from "../../server/contract/search-paths.ts";
import { searchPaths } from "../../server/contract/search-paths.ts";
import type { State } from "../../server/contract/state.ts";
import type { Paths } from "./paths.ts";

/** The search paths that another plugin of the block knows. */
export class OfferedPaths implements Paths {
  readonly #plugin: string;
  readonly #at: Token;
  readonly #context: PluginContext;
  #paths: SearchPaths | undefined;

  constructor({ plugin, at }: { plugin: string; at: Token }, context: PluginContext) {
    this.#plugin = plugin;
    this.#at = at;
    this.#context = context;
  }

  pathOf(qname: Name): SearchPath | State | undefined {
    return this.#paths?.pathOf(qname);
  }

  /** Without the plugin nothing is completed, as in CoreDNS; one that has no paths is an error. */
  connect(): void {
    const { plugins, log } = this.#context;
    const name = this.#plugin;
    this.#paths = this.#context.offered(searchPaths).find(({ plugin }) => plugin === name)?.value;
    const obstacle = this.#paths?.begin();
    if (obstacle !== undefined) log.warn(`"@${name}" has no effect: ${obstacle}`);
    if (this.#paths) return;
    if (plugins.includes(name)) {
      throw tokenError(this.#at, `cannot use "@${name}": ${name} knows no search paths`);
    }
    log.warn(`"@${name}" has no effect: there is no ${name} in this server block`);
  }
}
