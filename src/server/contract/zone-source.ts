import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { defineCapability } from "./capability.ts";

/** From one version of a zone to the next (RFC 1995 §4): what went and what came, their SOA records among them. */
export interface ZoneChange {
  readonly fromSerial: number;
  readonly toSerial: number;
  readonly removed: readonly ResourceRecord[];
  readonly added: readonly ResourceRecord[];
}

/** A zone as it is at a moment, and stays for whoever has it sent. */
export interface ZoneVersion {
  readonly soa: ResourceRecord;
  /** All of it, each record once, but for the SOA record: that is the first and the last. Made as they are taken. */
  records(): Iterable<ResourceRecord>;
  /** What leads from an older version to this one, in order; undefined where that is not known, or not any more. */
  changesSince(serial: number): readonly ZoneChange[] | undefined;
}

/** Zones of which all records can be told, for those who write them out or transfer them. */
export interface ZoneSource {
  readonly zones: readonly Name[];
  /**
   * The records of one of its zones, made as they are taken: whoever takes many lets others have their turn in between.
   * Where the zone has a SOA record it comes first, and once more at the end.
   * @throws {QueryError} while they are not known
   */
  records(zone: Name): Iterable<ResourceRecord>;
  /**
   * A zone as it is now, to be transferred; undefined if it is not one of these. Absent where zones are none that others could serve.
   * @throws {QueryError} while there is no version
   */
  version?(zone: Name): ZoneVersion | undefined;
  /** @param listener is told when there is another version of a zone; @returns a function that ends that */
  onChange?(listener: (zone: Name) => void): () => void;
}

export const zoneSource = defineCapability<ZoneSource>("zones");
