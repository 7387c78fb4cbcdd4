import { RrType } from "../../../dns/iana/rr-type.ts";
import type { State } from "../../../server/contract/state.ts";
import type { Name } from "../../../dns/name.ts";
import { NS } from "../../../dns/rdata/rfc1035-names.ts";
import type { ResourceRecord } from "../../../dns/resource-record.ts";
import { addressRecord } from "./address.ts";
import type { ClusterIndex } from "../index/cluster-index.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { NS_DNS } from "../../../cluster/soa-record.ts";
import type { Host } from "./host-records.ts";
import { HostRecords } from "./host-records.ts";
import { SVC } from "./labels.ts";
import type { NameRecords } from "./name-records.ts";
import type { Slice, SliceOwner, Target } from "../index/slice.ts";
import { NO_PORTS } from "../index/slice.ts";

const DNS_PORT = 53;
/** What the port of a DNS server is called in practice. */
const DNS_PORT_NAMES: ReadonlySet<string> = new Set(["dns", "dns-tcp", "dns-udp"]);

/**
 * Who serves the zones: the Services for DNS whose endpoints have an address of this machine, as
 * the cluster DNS Service has in its pods; without any, `ns.dns` with the machine's own addresses.
 * Other programs may be at these addresses too, an API server or an exporter of metrics.
 */
export class NameServers {
  readonly #index: ClusterIndex;
  readonly #localAddresses: readonly string[];
  readonly #localPorts: readonly number[];
  #hosts: readonly Host[] = [];
  /** The state that `#hosts` was found in. */
  #state: State | undefined;

  /** @param localPorts where queries are answered, besides 53 */
  constructor(
    index: ClusterIndex,
    localAddresses: readonly string[],
    localPorts: readonly number[] = [],
  ) {
    this.#index = index;
    this.#localAddresses = localAddresses;
    this.#localPorts = localPorts;
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

  /** As `records`, for a zone that is sent whole. It has to have a name server (RFC 1035 §5.2), be that without an address. */
  ofWhole(zone: ClusterZone): { answer: ResourceRecord[]; additional: ResourceRecord[] } {
    const { answer, additional } = this.records(zone);
    const nameserver = zone.below(NS_DNS) ?? zone.name;
    if (answer.length === 0)
      answer.push(zone.record(zone.name, RrType.NS, NS.encode({ nameserver })));
    return { answer, additional };
  }

  /** Each pair of name and address once. */
  hosts(): readonly Host[] {
    const { whole } = this.#index;
    if (this.#state !== whole) this.#hosts = distinct(this.#find());
    this.#state = whole;
    return this.#hosts;
  }

  /**
   * Addresses for those outside the cluster: the external ones of the Services, or the machine's
   * where there are no such Services.
   * @param withHeadless whether headless ones have their endpoints' addresses there
   */
  externalAddresses(withHeadless: boolean): readonly string[] {
    const found = this.#own();
    if (found.length === 0) return this.#localAddresses;
    const addresses = found.flatMap(({ slice }) => {
      const { service } = slice.node;
      return withHeadless && service?.headless === true
        ? slice.targets.map(({ address }) => address)
        : (service?.externalIPs ?? []);
    });
    return [...new Set(addresses)];
  }

  #find(): readonly Host[] {
    const found = this.#own();
    if (found.length > 0) return found.flatMap(({ slice }) => serviceHosts(slice.node, slice));
    return this.#localAddresses.map((address) => ({ labels: NS_DNS, address, port: 0 }));
  }

  /** The endpoints of Services for DNS that are on this machine. */
  #own(): readonly Target[] {
    return this.#localAddresses
      .flatMap((local) => this.#index.reverse.endpoints(local))
      .filter(({ slice }) => this.#isForDns(slice));
  }

  /** A headless Service may have no ports at all; then nothing says that it is for something else. */
  #isForDns({ node, ports }: Slice): boolean {
    const { service } = node;
    const offered = service && !service.headless ? service.ports : ports;
    return (
      offered === NO_PORTS ||
      offered.some(({ name, port }) => {
        return port === DNS_PORT || DNS_PORT_NAMES.has(name) || this.#localPorts.includes(port);
      })
    );
  }
}

function serviceHosts(node: SliceOwner, slice: Slice): readonly Host[] {
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
