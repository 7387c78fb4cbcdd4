import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Query } from "./query.ts";
import type { Name } from "../../dns/name.ts";

/** A value that a query has, "" if it has none. Computed only where somebody asks for it. */
export type Metadata = (query: Query) => string;

/**
 * What an instance knows of queries, by label: `geoip/country/code`. A label that ends in a slash
 * stands for all that begin with it; what follows it in the one asked for is the second argument.
 * The query is the client's own, whatever plugins have made of it on the way.
 */
export type MetadataTable = Readonly<Record<string, (query: Query, rest: string) => string>>;

/** The metadata of one server block: who provides which, and who asks for it. */
export class MetadataLabels {
  readonly #providers = new Map<string, Metadata>();
  readonly #families = new Map<string, MetadataTable[string]>();
  readonly #asked = new Map<string, Token>();
  readonly #zones: readonly Name[] | undefined;

  /**
   * @param zones names that have metadata, those of `metadata`: none of them stands for all that
   * come to the block; undefined without that directive
   */
  constructor(zones: readonly Name[] | undefined) {
    this.#zones = zones;
  }

  /** Of several providers of a label the first in the plugins' order counts. */
  provide(table: MetadataTable = {}): void {
    for (const [label, value] of Object.entries(table)) {
      const isFamily = label.endsWith("/");
      if (isFamily && !this.#families.has(label)) this.#families.set(label, value);
      if (!isFamily && !this.#providers.has(label)) {
        this.#providers.set(label, (query) => value(query, ""));
      }
    }
  }

  /**
   * @param at the word that asks for it, to blame if nobody provides it
   * @throws {CorefileError} for what is no label.
   */
  ask(label: string, at: Token): Metadata {
    if (!isLabel(label)) {
      throw tokenError(at, `"${label}" is no label of metadata: expected one such as "view/name"`);
    }
    this.#asked.set(label, at);
    let provider: Metadata | undefined;
    return (query) => {
      provider ??= this.#providerOf(label);
      return this.#value(provider, query);
    };
  }

  /** The value of a label that is known only now; "" if nobody provides it. */
  find(label: string, query: Query): string {
    return this.#value(this.#providerOf(label), query);
  }

  /** Whether somebody asks for it; known when all instances of the block have been made. */
  isAsked(label: string): boolean {
    return this.#asked.has(label);
  }

  /** What follows a family's name in the labels that somebody asks for; known as `isAsked`. */
  askedOf(family: string): ReadonlySet<string> {
    const labels = [...this.#asked.keys()].filter((label) => label.startsWith(family));
    return new Set(labels.map((label) => label.slice(family.length)));
  }

  /** @throws {CorefileError} for a label that no plugin of the block provides. */
  check(): void {
    for (const [label, at] of this.#asked) {
      if (this.#zones === undefined) {
        throw tokenError(at, `no metadata "${label}": the server block has no "metadata"`);
      }
      if (this.#providerOf(label)) continue;
      const known = [
        ...this.#providers.keys(),
        ...[...this.#families.keys()].map((family) => `${family}NAME`),
      ].toSorted();
      const hint =
        known.length === 0 ? "no plugin of the block has any" : `known: ${known.join(" ")}`;
      throw tokenError(at, `no plugin provides metadata "${label}": ${hint}`);
    }
  }

  #value(provider: Metadata | undefined, { original }: Query): string {
    const zones = this.#zones;
    if (!provider || zones === undefined) return "";
    if (zones.length > 0 && !original.qname.isWithinAny(zones)) return "";
    return provider(original);
  }

  #providerOf(label: string): Metadata | undefined {
    const provider = this.#providers.get(label);
    if (provider) return provider;
    for (const [family, value] of this.#families) {
      if (label.length > family.length && label.startsWith(family)) {
        const rest = label.slice(family.length);
        return (query) => value(query, rest);
      }
    }
    return undefined;
  }
}

/** Whose it is and what it says, with a slash between. */
function isLabel(label: string): boolean {
  const slash = label.indexOf("/");
  return slash > 0 && slash < label.length - 1;
}
