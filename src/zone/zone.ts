import { setImmediate } from "node:timers/promises";
import type { Name } from "../dns/name.ts";
import { RrType, formatRrType } from "../dns/iana/rr-type.ts";
import { SOA } from "../dns/rdata/soa.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { State } from "../server/contract/state.ts";
import { Validity } from "../server/contract/validity.ts";
import type { ZoneChange } from "../server/contract/zone-source.ts";
import { Journal } from "./journal.ts";
import type { ZoneData } from "./zone-data.ts";
import { recordsOf } from "./zone-data.ts";

/** Of a full answer table a part has some thousand replies, which end in a millisecond. */
const PARTS = 64;

/**
 * A zone that is served, whatever version of it. Nothing half read ever is: `replace` takes a whole version, `tryApply` makes one of the last in
 * one turn of the event loop. Replies that were made of a version end before the next one is there.
 */
export class Zone {
  readonly origin: Name;
  readonly journal: Journal = new Journal();
  readonly #listeners = new Set<(zone: Zone) => void>();
  #data: ZoneData | undefined;
  #hasExpired = false;
  #state = new State();
  /** What replies of this version hold for, by their names; made when there are some, for most of many zones are never asked. */
  readonly #parts: (Part | undefined)[] = [];

  constructor(origin: Name) {
    this.origin = origin;
  }

  /** Undefined as long as there is none, and once it has expired. */
  get data(): ZoneData | undefined {
    return this.#data;
  }

  /** Whether there is none because nobody has confirmed the last one for too long. */
  get hasExpired(): boolean {
    return this.#hasExpired;
  }

  /** Of replies that say what the zone says now. */
  get validity(): Validity {
    return Validity.dependingOn(this.#state);
  }

  /** Of replies to questions for a name. */
  validityFor({ key }: Name): Validity {
    let hash = 0;
    for (let at = key.charCodeAt(0); at > 0; at--) hash = (hash * 31 + key.charCodeAt(at)) | 0;
    return (this.#parts[(hash >>> 0) % PARTS] ??= partOf(this.#state)).validity;
  }

  /**
   * Ends the replies of this version a part at a time: to be awaited before `replace`, which would end all of them in one turn of the
   * event loop. The version is served meanwhile, but nobody keeps its replies any more.
   */
  async endReplies(): Promise<void> {
    for (const part of this.#parts) {
      if (!part) continue;
      part.state.end();
      await setImmediate();
    }
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
    this.#endVersion();
    this.#data = data;
    this.#hasExpired = false;
    if (change) this.journal.add(change, data.records);
    else this.journal.clear();
    this.#tell();
  }

  /**
   * Makes the next version of this one in place by differences, if they fit and leave a zone. They do not fit if what
   * they take away is not there, or what they add is (RFC 1995 §4).
   * @param changes in order; nobody sees what is between them
   * @param findFault looks at what has come of it
   * @returns what is the matter; nothing has changed then
   */
  tryApply(
    changes: readonly ZoneChange[],
    findFault: (data: ZoneData) => string | undefined,
  ): string | undefined {
    const data = this.#data;
    if (!data) throw new TypeError("Cannot change zone: there is no version of it");
    this.#endVersion();
    const undo: (() => void)[] = [];
    let found: string | undefined;
    for (const change of changes) found ??= applyStrictly(data, change, undo);
    found ??= findFault(data);
    if (found !== undefined) {
      takeBack(undo);
      return found;
    }
    for (const change of changes) this.journal.add(change, data.records);
    this.#tell();
    return undefined;
  }

  /**
   * Makes changes one upon the other to see what comes of them, for whoever has to keep that before it is served. All of it in
   * this turn of the event loop, at the end of which nothing has changed.
   * @param act its `apply` makes a change if it fits, or tells what is the matter as `tryApply` does
   */
  rehearse<T>(act: (data: ZoneData, apply: Rehearsed) => T): T {
    const data = this.#data;
    if (!data) throw new TypeError("Cannot change zone: there is no version of it");
    const undo: (() => void)[] = [];
    try {
      return act(data, (change, findFault) => {
        const before = undo.length;
        const found = applyStrictly(data, change, undo) ?? findFault(data);
        if (found !== undefined) takeBack(undo.splice(before));
        return found;
      });
    } finally {
      takeBack(undo);
    }
  }

  /** It must not be served any more: nobody has confirmed it for too long (RFC 1035 §3.3.13). */
  expire(): void {
    this.withdraw();
    this.#hasExpired = true;
  }

  /** It must not be served any more: its file says so, or it belongs to nobody now. */
  withdraw(): void {
    this.#endVersion();
    this.#data = undefined;
    this.journal.clear();
  }

  /** @param listener is told of each new version, as for NOTIFY; @returns a function that ends that */
  onChange(listener: (zone: Zone) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What was said of the version before is nobody's answer any more. */
  #endVersion(): void {
    this.#state.end();
    this.#state = new State();
    this.#parts.length = 0;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this);
  }
}

/** @returns what does not fit, or what `findFault` has found: the change has been taken back then */
export type Rehearsed = (
  change: ZoneChange,
  findFault: (data: ZoneData) => string | undefined,
) => string | undefined;

/** The replies for some of the names. */
interface Part {
  readonly state: State;
  readonly validity: Validity;
}

function partOf(version: State): Part {
  const state = new State(version);
  return { state, validity: Validity.dependingOn(state) };
}

function takeBack(undo: readonly (() => void)[]): void {
  for (const step of undo.toReversed()) step();
}

/** @param undo gets what takes it back; @returns what does not fit */
export function applyStrictly(
  data: ZoneData,
  { removed, added }: ZoneChange,
  undo?: (() => void)[],
): string | undefined {
  for (const record of removed) {
    if (!data.remove(record)) return `${nameOf(record)} is not there to be taken away`;
    undo?.push(() => void data.add(record));
  }
  for (const record of added) {
    if (data.add(record) === "duplicate") return `${nameOf(record)} is there already`;
    undo?.push(() => void data.remove(record));
  }
  return undefined;
}

function nameOf({ owner, type }: ResourceRecord): string {
  return `a record ${formatRrType(type)} of "${owner.toString()}"`;
}
