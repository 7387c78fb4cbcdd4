import { setImmediate } from "node:timers/promises";
import type { ZoneChange } from "../../server/contract/zone-source.ts";
import { checkZone, faultOfNames } from "../check-zone.ts";
import type { Zone } from "../zone.ts";
import { applyStrictly } from "../zone.ts";
import type { ZoneFault } from "../zone-fault.ts";
import { ZoneData } from "../zone-data.ts";
import { changeBetween } from "../zone-difference.ts";
import { TransferError } from "./transfer-error.ts";
import { SLICE_RECORDS } from "./transfer-limits.ts";
import type { Transferred } from "./transfer-reader.ts";

/** Differences that one turn of the event loop applies to what is served; others are applied to a copy. */
const MAX_IN_PLACE = 1_000;
/** What differences leave behind in memory is given up with the version: at the latest when it is more than the version was, and this. */
const SPARE_OCTETS = 1_048_576;

/** Looks at a version before it is served. @throws {TransferError} to have it refused */
export type Accept = (data: ZoneData) => Promise<void>;

/** Puts what a primary sent into service, if it makes a zone; else nothing changes. */
export class IncomingVersions {
  readonly #zone: Zone;
  readonly #accept: Accept | undefined;
  /** Nothing is put into service any more once it is aborted. */
  readonly #signal: AbortSignal;
  #wholeOctets = 0;

  constructor(zone: Zone, accept: Accept | undefined, signal: AbortSignal) {
    this.#zone = zone;
    this.#accept = accept;
    this.#signal = signal;
  }

  /** @throws {TransferError} */
  async take(transferred: Exclude<Transferred, { kind: "current" }>): Promise<void> {
    if (this.#signal.aborted) throw new TransferError("nobody wants it any more");
    if (transferred.kind === "whole") return this.#replace(transferred.data, transferred.serial);
    const { changes, serial } = transferred;
    if (this.#fitsInPlace(changes)) return this.#applyInPlace(changes);
    return this.#replace(await this.#changedCopy(changes), serial);
  }

  #fitsInPlace(changes: readonly ZoneChange[]): boolean {
    const octets = this.#zone.data?.octets ?? 0;
    const isWorn = octets > 2 * this.#wholeOctets + SPARE_OCTETS;
    return recordsOf(changes) <= MAX_IN_PLACE && !isWorn && !this.#accept;
  }

  #applyInPlace(changes: readonly ZoneChange[]): void {
    const changed = changes.flatMap(({ removed, added }) => [...removed, ...added]);
    const names = new Map(changed.map(({ owner }) => [owner.key, owner]));
    const fault = this.#zone.tryApply(changes, (data) => {
      const found = faultOfNames(data, names.values());
      return found && describe(found);
    });
    if (fault !== undefined) throw new TransferError(`its differences do not fit: ${fault}`, true);
  }

  async #changedCopy(changes: readonly ZoneChange[]): Promise<ZoneData> {
    const copy = new ZoneData(this.#zone.origin);
    let count = 0;
    for (const record of this.#zone.data?.freeze().records() ?? []) {
      copy.add(record);
      if (++count % SLICE_RECORDS === 0) await setImmediate();
    }
    for (const change of changes.flatMap(inPieces)) {
      const fault = applyStrictly(copy, change);
      if (fault !== undefined)
        throw new TransferError(`its differences do not fit: ${fault}`, true);
      await setImmediate();
    }
    return copy;
  }

  async #replace(data: ZoneData, serial: number): Promise<void> {
    let count = 0;
    for (const fault of checkZone(data, data.freeze())) {
      if (fault?.level === "error") throw new TransferError(`it sent no zone: ${describe(fault)}`);
      if (++count % SLICE_RECORDS === 0) await setImmediate();
    }
    await this.#accept?.(data);
    const { data: old, serial: oldSerial } = this.#zone;
    const isKnown = old && oldSerial !== undefined && oldSerial !== serial;
    const change = isKnown
      ? await changeBetween({ data: old, serial: oldSerial }, { data, serial })
      : undefined;
    await this.#zone.endReplies();
    if (this.#signal.aborted) throw new TransferError("nobody wants it any more");
    this.#zone.replace(data, change);
    this.#wholeOctets = data.octets;
  }
}

/** The same, a few records at a time. */
function inPieces({ removed, added, ...serials }: ZoneChange): ZoneChange[] {
  const pieces: ZoneChange[] = [];
  for (let at = 0; at < removed.length; at += SLICE_RECORDS)
    pieces.push({ ...serials, removed: removed.slice(at, at + SLICE_RECORDS), added: [] });
  for (let at = 0; at < added.length; at += SLICE_RECORDS)
    pieces.push({ ...serials, removed: [], added: added.slice(at, at + SLICE_RECORDS) });
  return pieces;
}

function recordsOf(changes: readonly ZoneChange[]): number {
  return changes.reduce((sum, { removed, added }) => sum + removed.length + added.length, 0);
}

function describe({ owner, message }: ZoneFault): string {
  return `${owner.toString()}: ${message}`;
}
