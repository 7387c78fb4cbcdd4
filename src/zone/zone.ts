import type { Name } from "../dns/name.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { SOA } from "../dns/rdata/soa.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { State } from "../server/contract/state.ts";
import { Validity } from "../server/contract/validity.ts";
import type { ZoneChange } from "../server/contract/zone-source.ts";
import { Journal } from "./journal.ts";
import type { ZoneData } from "./zone-data.ts";
import { recordsOf } from "./zone-data.ts";

/**
 * A zone that is served, whatever version of it. Nothing half read ever is: `replace` takes a whole version, `apply` makes one of the last in
 * one turn of the event loop. Replies that were made of a version end before the next one is there.
 */
export class Zone {
  readonly origin: Name;
  readonly journal: Journal = new Journal();
  readonly #listeners = new Set<(zone: Zone) => void>();
  #data: ZoneData | undefined;
  #state = new State();

  constructor(origin: Name) {
    this.origin = origin;
  }

  /** Undefined as long as there is none, and once it has expired. */
  get data(): ZoneData | undefined {
    return this.#data;
  }

  /** Of replies that say what the zone says now. */
  get validity(): Validity {
    return Validity.dependingOn(this.#state);
  }

  get soa(): ResourceRecord | undefined {
    const rrset = this.#data?.apex.rrset(RrType.SOA);
    return rrset && recordsOf(this.origin, rrset)[0];
  }

  /** Of the SOA record; undefined if there is no version. */
  get serial(): number | undefined {
    const soa = this.soa;
    return soa && SOA.decode(soa.rdata)?.serial;
  }

  /**
   * Serves another version.
   * @param change how it differs from the last one, if that is known
   */
  replace(data: ZoneData, change?: ZoneChange): void {
    this.#state.end();
    this.#state = new State();
    this.#data = data;
    if (change) this.journal.add(change, data.records);
    else this.journal.clear();
    for (const listener of this.#listeners) listener(this);
  }

  /** Makes the next version of this one, in place; `ZoneData.freeze` holds the old one for whoever sends it. */
  apply(change: ZoneChange): void {
    const data = this.#data;
    if (!data) throw new TypeError("Cannot change zone: there is no version of it");
    this.#state.end();
    this.#state = new State();
    for (const record of change.removed) data.remove(record);
    for (const record of change.added) data.add(record);
    this.journal.add(change, data.records);
    for (const listener of this.#listeners) listener(this);
  }

  /** It must not be served any more: it has expired (RFC 1035 §3.3.13), or its file says so. */
  withdraw(): void {
    this.#state.end();
    this.#state = new State();
    this.#data = undefined;
    this.journal.clear();
  }

  /** @param listener is told of each new version, as for NOTIFY; @returns a function that ends that */
  onChange(listener: (zone: Zone) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
