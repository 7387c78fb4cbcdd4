import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { CNAME } from "../../dns/rdata/rfc1035-names.ts";
import type { Service } from "../../kube/cluster-source.ts";
import { canonicalAddress } from "./address.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import type { Host } from "./host-records.ts";
import { HostRecords } from "./host-records.ts";
import { SVC } from "./labels.ts";
import type { NameRecords } from "./name-records.ts";
import { AliasRecords, EMPTY } from "./name-records.ts";
import type { ServiceNode } from "./service-node.ts";
import type { Port } from "./slice.ts";
import { portsOf } from "./slice.ts";

/** What is asked of a Service: an endpoint's label in wire form, or a port; "" for any. */
export interface Selector {
  readonly endpoint: string;
  readonly port: string;
  readonly protocol: string;
}

const WHOLE: Selector = { endpoint: "", port: "", protocol: "" };

/** The records of one Service in one zone, made when they are asked for. */
export class ServiceRecords {
  /** Of the Service's own name; undefined if there is no such name. */
  readonly whole: NameRecords | undefined;
  readonly #node: ServiceNode;
  readonly #zone: ClusterZone;
  readonly #byPort = new Map<string, NameRecords>();

  constructor(node: ServiceNode, zone: ClusterZone) {
    this.#node = node;
    this.#zone = zone;
    this.whole = this.#select(node.key + SVC, WHOLE);
  }

  /** @param labels the name asked for without the zone, in wire form */
  byPort(labels: string, port: string, protocol: string): NameRecords | undefined {
    const known = this.#byPort.get(labels);
    if (known) return known;
    const records = this.#select(labels, { endpoint: "", port, protocol });
    // Only what exists is kept, so made-up names do not fill the memory.
    if (records) this.#byPort.set(labels, records);
    return records;
  }

  /** Not kept: there may be tens of thousands. */
  byEndpoint(labels: string, endpoint: string): NameRecords | undefined {
    return this.#select(labels, { endpoint, port: "", protocol: "" });
  }

  #select(labels: string, selector: Selector): NameRecords | undefined {
    const { service } = this.#node;
    const owner = this.#zone.below(labels);
    if (!service || !owner) return undefined;
    if (service.type === "ExternalName") {
      return selector === WHOLE ? aliasRecords(service, owner, this.#zone) : undefined;
    }
    const hosts = selectHosts(this.#node, service, selector);
    return hosts && new HostRecords(owner, hosts, this.#zone, { base: this.#node.key + SVC });
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
  const hosts: Host[] = [];
  const { endpoint } = selector;
  const lists =
    endpoint === "" ? node.slices.map((slice) => slice.targets) : [node.targetsOf(endpoint)];
  for (const targets of lists) {
    for (const { address, label, slice } of targets) {
      for (const port of slice.ports) {
        if (matches(port, selector)) hosts.push({ labels: label, address, port: port.port });
      }
    }
  }
  return hosts.length === 0 ? undefined : hosts;
}

function matches(port: Port, { port: name, protocol }: Selector): boolean {
  return (name === "" || name === port.name) && (protocol === "" || protocol === port.protocol);
}
