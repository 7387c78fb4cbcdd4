import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Query } from "./query.ts";

/** A value that a query has, "" if it has none. Computed only where somebody asks for it. */
export type Metadata = (query: Query) => string;

/** What an instance knows of queries, by label: `geoip/country/code`. */
export type MetadataTable = Readonly<Record<string, Metadata>>;

/** The metadata of one server block: who provides which, and who asks for it. */
export class MetadataLabels {
  readonly #providers = new Map<string, Metadata>();
  readonly #asked = new Map<string, Token>();

  /** Of several providers of a label the first in the plugins' order counts. */
  provide(table: MetadataTable = {}): void {
    for (const [label, value] of Object.entries(table)) {
      if (!this.#providers.has(label)) this.#providers.set(label, value);
    }
  }

  /** @param at the word that asks for it, to blame if nobody provides it */
  ask(label: string, at: Token): Metadata {
    this.#asked.set(label, at);
    let provider: Metadata | undefined;
    return (query) => {
      provider ??= this.#providers.get(label);
      return provider?.(query) ?? "";
    };
  }

  /** Whether somebody asks for it; known when all instances of the block have been made. */
  isAsked(label: string): boolean {
    return this.#asked.has(label);
  }

  /** @throws {CorefileError} for a label that no plugin of the block provides. */
  check(): void {
    for (const [label, at] of this.#asked) {
      if (this.#providers.has(label)) continue;
      const known = [...this.#providers.keys()].toSorted();
      const hint =
        known.length === 0 ? "no plugin of the block has any" : `known: ${known.join(" ")}`;
      throw tokenError(at, `no plugin provides metadata "${label}": ${hint}`);
    }
  }
}
