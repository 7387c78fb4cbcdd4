import { RrClass } from "../../../dns/iana/rr-class.ts";
import { MAX_NAME_OCTETS, Name } from "../../../dns/name.ts";
import { soaRecord } from "../../../cluster/soa-record.ts";
import { ResourceRecord } from "../../../dns/resource-record.ts";
import { isReverseKey } from "../../../dns/reverse-name.ts";

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
