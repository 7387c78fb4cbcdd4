import { RrType } from "../../../dns/iana/rr-type.ts";
import { Name } from "../../../dns/name.ts";
import { CNAME } from "../../../dns/rdata/rfc1035-names.ts";
import type { Service } from "../../../kube/cluster-source.ts";
import { canonicalAddress } from "./address.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import type { Host } from "./host-records.ts";
import { HostRecords } from "./host-records.ts";
import { SVC } from "./labels.ts";
import type { NameRecords, ServiceNames } from "./name-records.ts";
import { AliasRecords, EMPTY } from "./name-records.ts";
import type { ServiceNode } from "../index/service-node.ts";
import type { OneOrMany } from "../index/one-or-many.ts";
import type { Port, Target } from "../index/slice.ts";
import { groupTargets, portsOf } from "../index/slice.ts";
import type { ZonalName } from "./zonal-name.ts";

/** What is asked of a Service: an endpoint's name in wire form, or a port; "" for any. */
export interface Selector {
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

const WHOLE: Selector = { endpoint: "", port: "", protocol: "" };

/** The records of one Service in one zone, made when they are asked for. */
export class ServiceRecords implements ServiceNames {
  /** Of the Service's own name; undefined if there is no such name. */
  readonly whole: NameRecords | undefined;
  readonly #node: ServiceNode;
  readonly #zone: ClusterZone;
  /** By the labels asked for: those of ports, and those of topology zones that somebody is in. */
  readonly #known = new Map<string, NameRecords>();
  #targetsByZone: OneOrMany<Target> | undefined;

  constructor(node: ServiceNode, zone: ClusterZone) {
    this.#node = node;
    this.#zone = zone;
    this.whole = this.#select(node.key + SVC, WHOLE);
  }

  /** @param labels the name asked for without the zone, in wire form */
  byPort(labels: string, port: string, protocol: string): NameRecords | undefined {
    const known = this.#known.get(labels);
    if (known) return known;
    const records = this.#select(labels, { endpoint: "", port, protocol });
    // Only what exists is kept, so made-up names do not fill the memory.
    if (records) this.#known.set(labels, records);
    return records;
  }

  /** Not kept: there may be tens of thousands. */
  byEndpoint(labels: string, endpoint: string): NameRecords | undefined {
    return this.#select(labels, { endpoint, port: "", protocol: "" });
  }

  /** There is such a name for any topology zone, though nobody may be there. */
  byTopologyZone({ labels, topologyZone, directive }: ZonalName): NameRecords | undefined {
    const known = this.#known.get(labels);
    const owner = this.#zone.below(labels);
    if (known || !owner) return known;
    const { slices } = this.#node;
    this.#targetsByZone ??= groupTargets(slices, (target) => target.topologyZone ?? "");
    const local = this.#targetsByZone.get(topologyZone);
    const isWidened = local.length === 0 && directive === "prefer";
    const targets = isWidened ? slices.map((slice) => slice.targets) : [local];
    const records = this.#hostRecords(owner, hostsOf(targets, WHOLE));
    if (local.length > 0) this.#known.set(labels, records);
    return records;
  }

  #select(labels: string, selector: Selector): NameRecords | undefined {
    const { service } = this.#node;
    const owner = this.#zone.below(labels);
    if (!service || !owner) return undefined;
    if (service.type === "ExternalName") {
      return selector === WHOLE ? aliasRecords(service, owner, this.#zone) : undefined;
    }
    const hosts = selectHosts(this.#node, service, selector);
    return hosts && this.#hostRecords(owner, hosts);
  }

  #hostRecords(owner: Name, hosts: readonly Host[]): NameRecords {
    return new HostRecords(owner, hosts, this.#zone, { base: this.#node.key + SVC });
  }
}

/** An ExternalName that is an address is no name at all, as in CoreDNS. */
export function aliasRecords(
  service: Service,
  owner: Name,
  zone: ClusterZone,
): NameRecords | undefined {
  if (canonicalAddress(service.externalName) !== undefined) return undefined;
  const target = Name.tryParse(service.externalName);
  // Better nothing than an alias to the root.
  if (!target || target.equals(Name.root)) return EMPTY;
  return new AliasRecords(zone.record(owner, RrType.CNAME, CNAME.encode({ target })), target);
}

/** The hosts that match, one for each address and port; undefined if there is no such name. */
function selectHosts(
  node: ServiceNode,
  service: Service,
  selector: Selector,
): readonly Host[] | undefined {
  if (service.headless || selector.endpoint !== "") return selectTargets(node, selector);
  const ports = portsOf(service.ports).filter((port) => matches(port, selector));
  if (ports.length === 0) return undefined;
  return ports.flatMap(({ port }) =>
    service.clusterIPs.map((address) => ({ labels: "", address, port })),
  );
}

function selectTargets(node: ServiceNode, selector: Selector): readonly Host[] | undefined {
  const { endpoint } = selector;
  const isWhole = endpoint === "";
  const hosts = hostsOf(
    isWhole ? node.slices.map(({ targets }) => targets) : [node.targetsOf(endpoint)],
    selector,
  );
  return hosts.length === 0 ? undefined : hosts;
}

function hostsOf(lists: readonly (readonly Target[])[], selector: Selector): Host[] {
  const hosts: Host[] = [];
  for (const targets of lists) {
    for (const { address, label, slice } of targets) {
      for (const port of slice.ports) {
        if (matches(port, selector)) hosts.push({ labels: label, address, port: port.port });
      }
    }
  }
  return hosts;
}

function matches(port: Port, { port: name, protocol }: Selector): boolean {
  return (name === "" || name === port.name) && (protocol === "" || protocol === port.protocol);
}
