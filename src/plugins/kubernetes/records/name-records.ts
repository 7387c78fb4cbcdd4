import type { Name } from "../../../dns/name.ts";
import type { ResourceRecord } from "../../../dns/resource-record.ts";
import type { ZonalName } from "./zonal-name.ts";

type Records = readonly ResourceRecord[];

const NONE: Records = [];

export interface ServiceLocations {
  /** SRV records. */
  readonly answer: Records;
  /** The addresses of their targets. */
  readonly additional: Records;
}

/** What there is at one name. A name that does not exist has none of these. */
export interface NameRecords {
  readonly a: Records;
  readonly aaaa: Records;
  readonly srv: ServiceLocations;
  /** The only record, if the name is an alias. */
  readonly alias?: Alias;
}

export interface Alias {
  readonly record: ResourceRecord;
  readonly target: Name;
}

/** What there is at and below the name of a Service in one zone. Labels are in wire form. */
export interface ServiceNames {
  /** Of the Service's own name; undefined if there is no such name. */
  readonly whole: NameRecords | undefined;
  byEndpoint(labels: string, endpoint: string): NameRecords | undefined;
  byPort(labels: string, port: string, protocol: string): NameRecords | undefined;
  byTopologyZone(name: ZonalName): NameRecords | undefined;
}

/** A name without records of its own: the apex, `svc`, a namespace. */
export const EMPTY: NameRecords = { a: NONE, aaaa: NONE, srv: { answer: NONE, additional: NONE } };

/** The name of an address, which has PTR records and no others. */
export const POINTERS_ONLY: NameRecords = { ...EMPTY };

/** The name of an ExternalName Service. */
export class AliasRecords implements NameRecords {
  readonly a: Records = NONE;
  readonly aaaa: Records = NONE;
  readonly srv: ServiceLocations = EMPTY.srv;
  readonly alias: Alias;

  constructor(record: ResourceRecord, target: Name) {
    this.alias = { record, target };
  }
}
