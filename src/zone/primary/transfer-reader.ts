import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { canonicalRdata } from "../../dns/rdata/canonical-rdata.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ZoneChange } from "../../server/contract/zone-source.ts";
import { isLaterSerial } from "../serial.ts";
import { ZoneData } from "../zone-data.ts";
import { TransferError } from "./transfer-error.ts";
import { MAX_CHANGED_RECORDS, MAX_RECORDS } from "./transfer-limits.ts";

/** What a primary sent. */
export type Transferred =
  /** There is no newer version. */
  | { readonly kind: "current" }
  | { readonly kind: "whole"; readonly data: ZoneData; readonly serial: number }
  /** In order, from the version that was asked about to the newest. */
  | { readonly kind: "changes"; readonly changes: readonly ZoneChange[]; readonly serial: number };

interface Version {
  readonly soa: ResourceRecord;
  readonly serial: number;
}

/**
 * Puts the records of a transfer together, one after another as they come, in either form: the whole zone between two SOA records (RFC 5936
 * §2.2), or differences between more of them (RFC 1995 §4). An answer to IXFR may have either.
 *
 *     SOA new | NS A A ... | SOA new
 *     SOA new | SOA old, removed ... | SOA next, added ... | SOA next, removed ... | SOA new, added ... | SOA new
 */
export class TransferReader {
  readonly #origin: Name;
  readonly #ourSerial: number | undefined;
  readonly #mayBeDifferences: boolean;
  #step: (record: ResourceRecord) => void = (record) => this.#takeFirst(record);
  #count = 0;
  #newest: Version | undefined;
  #data: ZoneData;
  readonly #changes: ZoneChange[] = [];
  #change: { from: number; to: number; removed: ResourceRecord[]; added: ResourceRecord[] } = {
    from: 0,
    to: 0,
    removed: [],
    added: [],
  };
  #result: Transferred | undefined;

  /**
   * @param ourSerial what is sent must not be older than this
   * @param mayBeDifferences whether IXFR was asked for
   */
  constructor(origin: Name, ourSerial: number | undefined, mayBeDifferences: boolean) {
    this.#origin = origin;
    this.#ourSerial = ourSerial;
    this.#mayBeDifferences = mayBeDifferences;
    this.#data = new ZoneData(origin);
  }

  /** Undefined until the last record has come. */
  get result(): Transferred | undefined {
    return this.#result;
  }

  get records(): number {
    return this.#count;
  }

  /** @throws {TransferError} if it cannot be the next one */
  take(record: ResourceRecord): void {
    if (this.#result) throw new TransferError("it sent records behind the closing SOA record");
    if (++this.#count > MAX_RECORDS)
      throw new TransferError(`it sent more than ${MAX_RECORDS} records`);
    if (record.class !== RrClass.IN)
      throw new TransferError(`it sent a record of class ${record.class}`);
    if (!record.owner.isWithin(this.#origin)) {
      const owner = record.owner.toString();
      throw new TransferError(`it sent a record of "${owner}", which is not in the zone`);
    }
    this.#step(record);
  }

  /** A message has ended. One SOA record alone, of our version, says that there is none newer (RFC 1995 §4). */
  endMessage(): void {
    if (this.#count !== 1 || !this.#mayBeDifferences) return;
    if (this.#newest?.serial === this.#ourSerial) this.#result = { kind: "current" };
  }

  #takeFirst(record: ResourceRecord): void {
    if (record.type !== RrType.SOA)
      throw new TransferError("it sent another record in front of the SOA record");
    const serial = this.#serialOf(record);
    const ours = this.#ourSerial;
    if (ours !== undefined && serial !== ours && !isLaterSerial(serial, ours))
      throw new TransferError(`its serial number ${serial} is older than ours, ${ours}`);
    this.#newest = { soa: record, serial };
    this.#step = (next) => this.#takeSecond(next);
  }

  #takeSecond(record: ResourceRecord): void {
    const isSoa = record.type === RrType.SOA;
    if (isSoa && this.#mayBeDifferences && this.#serialOf(record) === this.#ourSerial)
      return this.#beginChange(record);
    if (isSoa && this.#mayBeDifferences && !this.#isNewest(record)) {
      const [from, ours] = [this.#serialOf(record), this.#ourSerial];
      throw new TransferError(`its differences are from serial number ${from}, not ${ours}`, true);
    }
    if (this.#newest) this.#add(this.#newest.soa);
    this.#step = (next) => this.#takeWhole(next);
    this.#takeWhole(record);
  }

  #takeWhole(record: ResourceRecord): void {
    if (record.type !== RrType.SOA) return this.#add(record);
    const serial = this.#serialOf(record);
    if (!this.#isNewest(record)) {
      const opening = this.#newest?.serial;
      throw new TransferError(
        `its closing SOA record, serial number ${serial}, is not the opening one, ${opening}`,
      );
    }
    this.#result = { kind: "whole", data: this.#data, serial };
  }

  #takeRemoved(record: ResourceRecord): void {
    const change = this.#change;
    if (record.type !== RrType.SOA) return this.#keep(change.removed, record);
    change.to = this.#serialOf(record);
    if (!isLaterSerial(change.to, change.from))
      throw new TransferError(`its differences go from ${change.from} to ${change.to}`, true);
    change.added.push(record);
    this.#step = (next) => this.#takeAdded(next);
  }

  #takeAdded(record: ResourceRecord): void {
    const { from, to, removed, added } = this.#change;
    if (record.type !== RrType.SOA) return this.#keep(added, record);
    const serial = this.#serialOf(record);
    if (serial !== to)
      throw new TransferError(
        `its differences to ${to} are followed by those from ${serial}`,
        true,
      );
    this.#changes.push({ fromSerial: from, toSerial: to, removed, added });
    if (to !== this.#newest?.serial) return this.#beginChange(record);
    if (!this.#isNewest(record) || !added[0] || !this.#isNewest(added[0]))
      throw new TransferError("its closing SOA record is not the opening one", true);
    this.#result = { kind: "changes", changes: this.#changes, serial };
  }

  #beginChange(soa: ResourceRecord): void {
    this.#change = { from: this.#serialOf(soa), to: 0, removed: [soa], added: [] };
    this.#step = (next) => this.#takeRemoved(next);
  }

  #keep(records: ResourceRecord[], record: ResourceRecord): void {
    if (this.#count > MAX_CHANGED_RECORDS)
      throw new TransferError(`its differences are over ${MAX_CHANGED_RECORDS} records`, true);
    records.push(record);
  }

  #add(record: ResourceRecord): void {
    try {
      this.#data.add(record);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new TransferError(cause.message, false, cause);
    }
  }

  #isNewest({ rdata }: ResourceRecord): boolean {
    const newest = this.#newest?.soa.rdata;
    if (!newest) return false;
    return canonicalRdata(RrType.SOA, rdata).equals(canonicalRdata(RrType.SOA, newest));
  }

  #serialOf({ owner, rdata }: ResourceRecord): number {
    if (!owner.equals(this.#origin))
      throw new TransferError(`it sent a SOA record of "${owner.toString()}", another zone`);
    const soa = SOA.decode(rdata);
    if (!soa) throw new TransferError("it sent a malformed SOA record");
    return soa.serial;
  }
}
