import { RrType } from "../../../dns/iana/rr-type.ts";
import type { Name } from "../../../dns/name.ts";
import { SRV } from "../../../dns/rdata/srv.ts";
import type { ResourceRecord } from "../../../dns/resource-record.ts";
import { addressRecord, isIpv6 } from "./address.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import type { NameRecords, ServiceLocations } from "./name-records.ts";

/** An address, and a port that it is reached at. */
export interface Host {
  /** The host's own labels, in lower-case wire form: what comes in front of the base. */
  readonly labels: string;
  /** Canonical text. */
  readonly address: string;
  /** 0 if there is none. */
  readonly port: number;
}

export interface HostRecordsOptions {
  /** The labels that the hosts have in common, up to the zone. */
  readonly base?: string;
  /** Whether hosts without a port get an SRV record all the same, with port 0. */
  readonly portless?: boolean;
}

/** A name that stands for hosts. Its records are made when they are first asked for. */
export class HostRecords implements NameRecords {
  readonly #owner: Name;
  readonly #hosts: readonly Host[];
  readonly #zone: ClusterZone;
  readonly #base: string;
  readonly #portless: boolean;
  #a: readonly ResourceRecord[] | undefined;
  #aaaa: readonly ResourceRecord[] | undefined;
  #srv: ServiceLocations | undefined;

  constructor(
    owner: Name,
    hosts: readonly Host[],
    zone: ClusterZone,
    { base = "", portless = false }: HostRecordsOptions = {},
  ) {
    this.#owner = owner;
    this.#hosts = hosts;
    this.#zone = zone;
    this.#base = base;
    this.#portless = portless;
  }

  get a(): readonly ResourceRecord[] {
    this.#a ??= this.#addresses(false);
    return this.#a;
  }

  get aaaa(): readonly ResourceRecord[] {
    this.#aaaa ??= this.#addresses(true);
    return this.#aaaa;
  }

  get srv(): ServiceLocations {
    this.#srv ??= this.#locations();
    return this.#srv;
  }

  /** Each address once, though it may be in several slices and have several ports. */
  #addresses(wantsIpv6: boolean): readonly ResourceRecord[] {
    const addresses = new Set<string>();
    for (const { address } of this.#hosts) {
      if (isIpv6(address) === wantsIpv6) addresses.add(address);
    }
    return Array.from(addresses, (address) =>
      addressRecord(this.#owner, this.#zone.ttlSeconds, address),
    );
  }

  /** Each pair of target and port once; each target's addresses once. */
  #locations(): ServiceLocations {
    const weight = weightOf(this.#hosts.length);
    const targets = new Map<string, SeenTarget>();
    const answer: ResourceRecord[] = [];
    const additional: ResourceRecord[] = [];
    for (const { labels, address, port } of this.#hosts) {
      if (port === 0 && !this.#portless) continue;
      const seen = targets.get(labels) ?? this.#target(labels);
      if (!seen) continue;
      targets.set(labels, seen);
      if (!seen.ports.includes(port)) {
        seen.ports.push(port);
        const rdata = SRV.encode({ priority: 0, weight, port, target: seen.name });
        answer.push(this.#zone.record(this.#owner, RrType.SRV, rdata));
      }
      if (!seen.addresses.includes(address)) {
        seen.addresses.push(address);
        additional.push(addressRecord(seen.name, this.#zone.ttlSeconds, address));
      }
    }
    return { answer, additional };
  }

  #target(labels: string): SeenTarget | undefined {
    const name = this.#zone.below(labels + this.#base);
    return name && { name, ports: [], addresses: [] };
  }
}

interface SeenTarget {
  readonly name: Name;
  readonly ports: number[];
  readonly addresses: string[];
}

/** 100 shared out evenly, but at least 1, over all pairs of address and port, seen or not. */
export function weightOf(count: number): number {
  return Math.max(1, Math.floor((100 / (100 * count)) * 100));
}
