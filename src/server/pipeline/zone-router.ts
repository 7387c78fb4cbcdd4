import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { View } from "../contract/view.ts";
import type { Query } from "../contract/query.ts";

/** Where a query goes. */
export interface Route<Block> {
  readonly block: Block;
  /** Whether a view was asked on the way: others who ask the same may go elsewhere. */
  readonly hasView: boolean;
}

interface Candidate<Block> {
  readonly zone: Name;
  readonly view: View | undefined;
  readonly plain: Route<Block>;
  readonly viewed: Route<Block>;
}

const NONE: readonly never[] = [];

/**
 * Finds the server block whose zone is the longest that a name is within. Of several blocks of a
 * zone the first takes the query whose view does, or that has none; if none does, the zone above is
 * looked at.
 */
export class ZoneRouter<Block> {
  readonly #candidates = new Map<string, Candidate<Block>[]>();
  /** Octets of the longest zone: longer names need not be looked for. */
  #longest = 0;
  readonly #viewOf: (block: Block) => View | undefined;
  /** The way of every name, where there is just one block, for the root, without a view. */
  #only: Route<Block> | undefined;

  constructor(viewOf: (block: Block) => View | undefined = () => undefined) {
    this.#viewOf = viewOf;
  }

  /** @throws {RangeError} if the zone has a block without a view, and this one has none either. */
  add(zone: Name, block: Block): void {
    const view = this.#viewOf(block);
    const others = this.#candidates.get(zone.key) ?? [];
    this.#longest = Math.max(this.#longest, zone.key.length);
    if (!view && others.some((other) => !other.view)) {
      throw new RangeError(`Cannot serve zone "${zone}" twice`);
    }
    const plain = { block, hasView: false };
    const candidate = { zone, view, plain, viewed: { block, hasView: true } };
    this.#candidates.set(zone.key, [...others, candidate]);
    const isOnly = this.#candidates.size === 1 && others.length === 0 && !view;
    this.#only = isOnly && zone.key.length === 1 ? plain : undefined;
  }

  blocks(): Block[] {
    return [...this.#candidates.values()].flat().map(({ plain }) => plain.block);
  }

  /** All zones, in presentation form. */
  zones(): string[] {
    return [...this.#candidates.values()].flatMap(([first]) => first?.zone.toString() ?? []);
  }

  /** The blocks that would have had a query if their views took it, the nearest first: for those who want to know why. */
  passedOver(query: Query): readonly Block[] {
    const passed = new Set<Block>();
    const { key } = query.qname;
    for (let at = 0; ; at += key.charCodeAt(at) + 1) {
      for (const { view, plain } of this.#candidates.get(key.slice(at)) ?? []) {
        if (!view || view.takes(query)) return [...passed];
        passed.add(plain.block);
      }
      if (key.charCodeAt(at) === 0) return [...passed];
    }
  }

  /**
   * DS records live in the parent's zone (RFC 4035 §3.1.4.1): if one of our zones begins at the
   * name and another one is above it, the one above is asked.
   */
  match(query: Query): Route<Block> | undefined {
    if (this.#only) return this.#only;
    const { qtype } = query;
    const { key } = query.qname;
    let hasView = false;
    let own: Route<Block> | undefined;
    for (let at = 0; ; at += key.charCodeAt(at) + 1) {
      const candidates =
        key.length - at > this.#longest ? NONE : this.#candidates.get(key.slice(at));
      for (const { view, plain, viewed } of candidates ?? NONE) {
        hasView ||= view !== undefined;
        if (view && !view.takes(query)) continue;
        const route = hasView ? viewed : plain;
        if (at > 0 || qtype !== RrType.DS) return route;
        own ??= route;
        break;
      }
      if (key.charCodeAt(at) === 0) return own;
    }
  }
}
