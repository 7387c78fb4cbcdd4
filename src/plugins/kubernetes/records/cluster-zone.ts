import { RrClass } from "../../../dns/iana/rr-class.ts";
import { RrType } from "../../../dns/iana/rr-type.ts";
import { MAX_NAME_OCTETS, Name } from "../../../dns/name.ts";
import { SOA } from "../../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../../dns/resource-record.ts";
import { isReverseKey } from "../../../dns/reverse-name.ts";

/** No negative answer is kept for longer, however long the records live. */
const MAX_SOA_TTL_SECONDS = 300;
const REFRESH_SECONDS = 7_200;
const RETRY_SECONDS = 1_800;
const EXPIRE_SECONDS = 86_400;
/** Where the server itself is to be found: `ns.dns` below the zone. */
export const NS_DNS = "\u0002ns\u0003dns";
const HOSTMASTER = "\u000ahostmaster";

export interface ClusterZoneOptions {
  readonly ttlSeconds: number;
  /** The zones for the Services of the cluster set; zones below them are such zones, too. */
  readonly multicluster: readonly Name[];
}

/** A zone that the cluster's data is served in, its name in lower case. */
export class ClusterZone {
  readonly name: Name;
  /** The zone's place among the plugin's zones. */
  readonly index: number;
  readonly isReverse: boolean;
  /** Whether its names are those of the cluster set's Services. */
  readonly isMulticluster: boolean;
  readonly ttlSeconds: number;
  #soa: ResourceRecord | undefined;
  #serial = -1;

  constructor(name: Name, index: number, options: ClusterZoneOptions) {
    this.name = Name.fromWire(name.key, name.key);
    this.index = index;
    this.isReverse = isReverseKey(name.key);
    this.isMulticluster = name.isWithinAny(options.multicluster);
    this.ttlSeconds = options.ttlSeconds;
  }

  /** A name of labels in lower-case wire form below the zone; undefined if it is too long. */
  below(labels: string): Name | undefined {
    const key = labels + this.name.key;
    return key.length > MAX_NAME_OCTETS ? undefined : Name.fromWire(key, key);
  }

  record(owner: Name, type: number, rdata: Buffer): ResourceRecord {
    return new ResourceRecord(owner, type, RrClass.IN, this.ttlSeconds, rdata);
  }

  soa(serial: number): ResourceRecord {
    if (this.#soa && this.#serial === serial) return this.#soa;
    this.#soa = soaRecord(this.name, serial, this.ttlSeconds);
    this.#serial = serial;
    return this.#soa;
  }
}

/** @param apex the zone's name, in the case wanted */
export function soaRecord(apex: Name, serial: number, ttlSeconds: number): ResourceRecord {
  const rdata = SOA.encode({
    mname: inFrontOf(NS_DNS, apex),
    rname: inFrontOf(HOSTMASTER, apex),
    serial,
    refreshSeconds: REFRESH_SECONDS,
    retrySeconds: RETRY_SECONDS,
    expireSeconds: EXPIRE_SECONDS,
    minimumSeconds: ttlSeconds,
  });
  const ttl = Math.min(ttlSeconds, MAX_SOA_TTL_SECONDS);
  return new ResourceRecord(apex, RrType.SOA, RrClass.IN, ttl, rdata);
}

/** A zone so long that nothing fits in front of it names itself instead. */
function inFrontOf(labels: string, apex: Name): Name {
  return Name.fromWire(`${labels}\0`).concat(apex) ?? apex;
}
