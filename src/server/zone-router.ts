import type { Name } from "../dns/name.ts";
import { RrType } from "../dns/iana/rr-type.ts";

/** Finds the server block whose zone is the longest that a name is within. */
export class ZoneRouter<Block> {
  readonly #blocks = new Map<string, Block>();
  readonly #zones: Name[] = [];
  /** The block for every name, where there is just one and its zone is the root. */
  #only: Block | undefined;

  /** @throws {RangeError} if the zone has a block already. */
  add(zone: Name, block: Block): void {
    if (this.#blocks.has(zone.key)) throw new RangeError(`Cannot serve zone "${zone}" twice`);
    this.#blocks.set(zone.key, block);
    this.#zones.push(zone);
    this.#only = this.#blocks.size === 1 && zone.key.length === 1 ? block : undefined;
  }

  blocks(): Block[] {
    return [...this.#blocks.values()];
  }

  /** All zones, in presentation form. */
  zones(): string[] {
    return this.#zones.map(String);
  }

  /**
   * DS records live in the parent's zone (RFC 4035 §3.1.4.1): if one of our zones begins at the
   * name and another one is above it, the one above is asked.
   */
  match(qname: Name, qtype: number): Block | undefined {
    if (this.#only) return this.#only;
    const { key } = qname;
    let own: Block | undefined;
    for (let at = 0; ; at += key.charCodeAt(at) + 1) {
      const block = this.#blocks.get(at === 0 ? key : key.slice(at));
      if (block && (at > 0 || qtype !== RrType.DS)) return block;
      own ??= block;
      if (key.charCodeAt(at) === 0) return own;
    }
  }
}
