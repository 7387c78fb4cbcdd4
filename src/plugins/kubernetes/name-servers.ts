import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { State } from "../../server/contract/state.ts";
import type { Name } from "../../dns/name.ts";
import { NS } from "../../dns/rdata/rfc1035-names.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { addressRecord } from "./address.ts";
import type { ClusterIndex } from "./cluster-index.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { NS_DNS } from "./cluster-zone.ts";
import type { Host } from "./host-records.ts";
import { HostRecords } from "./host-records.ts";
import { SVC } from "./labels.ts";
import type { NameRecords } from "./name-records.ts";
import type { ServiceNode } from "./service-node.ts";
import type { Slice } from "./slice.ts";

/**
 * Who serves the zones: the Services whose endpoints have an address of this machine, as the
 * cluster DNS Service has in its pods; without any, `ns.dns` with the machine's own addresses.
 */
export class NameServers {
  readonly #index: ClusterIndex;
  readonly #localAddresses: readonly string[];
  #hosts: readonly Host[] = [];
  /** The state that `#hosts` was found in. */
  #state: State | undefined;

  constructor(index: ClusterIndex, localAddresses: readonly string[]) {
    this.#index = index;
    this.#localAddresses = localAddresses;
  }

  /** Their addresses, under a name that stands for all of them. */
  at(owner: Name, zone: ClusterZone): NameRecords {
    return new HostRecords(owner, this.hosts(), zone);
  }

  /** NS records of a zone, and the addresses of the names in them. */
  records(zone: ClusterZone): { answer: ResourceRecord[]; additional: ResourceRecord[] } {
    const answer = new Map<string, ResourceRecord>();
    const additional: ResourceRecord[] = [];
    for (const { labels, address } of this.hosts()) {
      const nameserver = zone.below(labels);
      if (!nameserver) continue;
      additional.push(addressRecord(nameserver, zone.ttlSeconds, address));
      if (answer.has(labels)) continue;
      answer.set(labels, zone.record(zone.name, RrType.NS, NS.encode({ nameserver })));
    }
    return { answer: [...answer.values()], additional };
  }

  /** Each pair of name and address once. */
  hosts(): readonly Host[] {
    const { whole } = this.#index;
    if (this.#state !== whole) this.#hosts = distinct(this.#find());
    this.#state = whole;
    return this.#hosts;
  }

  #find(): readonly Host[] {
    const found = this.#localAddresses.flatMap((local) => this.#index.reverse.endpoints(local));
    if (found.length > 0) return found.flatMap(({ slice }) => serviceHosts(slice.node, slice));
    return this.#localAddresses.map((address) => ({ labels: NS_DNS, address, port: 0 }));
  }
}

function serviceHosts(node: ServiceNode, slice: Slice): readonly Host[] {
  const { service } = node;
  if (!service) return [];
  const own = node.key + SVC;
  if (!service.headless) {
    return service.clusterIPs.map((address) => ({ labels: own, address, port: 0 }));
  }
  return slice.targets.map(({ label, address }) => ({ labels: label + own, address, port: 0 }));
}

function distinct(hosts: readonly Host[]): readonly Host[] {
  return [...new Map(hosts.map((host) => [`${host.labels}\0${host.address}`, host])).values()];
}

/**
 * The addresses that others reach this machine at: those it listens on, if they were chosen and
 * are not only loopback addresses, else those of all interfaces.
 * @param listenOn addresses and names of interfaces
 */
export function localAddresses(listenOn: readonly string[]): readonly string[] {
  const interfaces = networkInterfaces();
  const addressesOf = (name: string): string[] =>
    (interfaces[name] ?? []).filter(({ internal }) => !internal).map(({ address }) => address);
  const chosen = listenOn.flatMap((one) => (isIP(one) === 0 ? addressesOf(one) : [one]));
  const reachable = chosen.filter((address) => !isLoopback(address) && !isUnspecified(address));
  return reachable.length > 0 ? reachable : Object.keys(interfaces).flatMap(addressesOf);
}

function isLoopback(address: string): boolean {
  return address.startsWith("127.") || address === "::1";
}

function isUnspecified(address: string): boolean {
  return address === "0.0.0.0" || address === "::";
}
