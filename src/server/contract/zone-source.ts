import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { defineCapability } from "./capability.ts";

/** Zones of which all records can be told, for those who write them out or transfer them. */
export interface ZoneSource {
  readonly zones: readonly Name[];
  /**
   * The records of one of its zones, made as they are taken: whoever takes many lets others have their turn in between.
   * Where the zone has a SOA record it comes first, and once more at the end.
   * @throws {QueryError} while they are not known
   */
  records(zone: Name): Iterable<ResourceRecord>;
}

export const zoneSource = defineCapability<ZoneSource>("zones");
