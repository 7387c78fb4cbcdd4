import { RrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { State, endStates } from "../server/contract/state.ts";
import type { Zone } from "./zone.ts";

/** Zones by their origins. */
export class ZoneSet {
  readonly #zones = new Map<string, Zone>();
  readonly #listeners = new Set<(zone: Zone) => void>();
  readonly #ends = new Map<string, () => void>();
  #members = new State();
  /** Octets of the longest origin that there has been: longer names need not be looked for. */
  #longest = 0;

  get(origin: Name): Zone | undefined {
    return this.#zones.get(origin.key);
  }

  /** Which zones there are: it ends before another one comes or one goes, for then names are in other zones. */
  get members(): State {
    return this.#members;
  }

  add(zone: Zone): void {
    this.#change();
    this.#zones.set(zone.origin.key, zone);
    this.#longest = Math.max(this.#longest, zone.origin.key.length);
    this.#ends.get(zone.origin.key)?.();
    this.#ends.set(zone.origin.key, zone.onChange(this.#tell));
    if (zone.data) this.#tell(zone);
  }

  delete(origin: Name): void {
    this.#change();
    this.#zones.delete(origin.key);
    this.#ends.get(origin.key)?.();
    this.#ends.delete(origin.key);
  }

  /** @param listener is told of each new version of a zone that is here, and of those that come with one; @returns a function that ends that */
  onChange(listener: (zone: Zone) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  readonly #tell = (zone: Zone): void => {
    // It may have been taken out.
    if (this.get(zone.origin) !== zone) return;
    for (const listener of this.#listeners) listener(zone);
  };

  #change(): void {
    endStates([this.#members]);
    this.#members = new State();
  }

  [Symbol.iterator](): Iterator<Zone> {
    return this.#zones.values();
  }

  /**
   * The zone that a question is for: the one with the longest origin that the name is in. DS records are those of the zone above,
   * if that is here as well (RFC 4035 §3.1.4.1).
   */
  find({ key }: Name, qtype: number): Zone | undefined {
    const own = this.#above(key);
    if (qtype !== RrType.DS || own?.origin.key !== key || key.length === 1) return own;
    return this.#above(key.slice(key.charCodeAt(0) + 1)) ?? own;
  }

  #above(key: string): Zone | undefined {
    for (let at = 0; ; at += key.charCodeAt(at) + 1) {
      const mayBe = key.length - at <= this.#longest;
      const zone = mayBe ? this.#zones.get(key.slice(at)) : undefined;
      if (zone || at >= key.length - 1) return zone;
    }
  }
}
