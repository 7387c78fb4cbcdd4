import { RrType } from "../../../dns/iana/rr-type.ts";
import type { Name } from "../../../dns/name.ts";
import { SRV } from "../../../dns/rdata/srv.ts";
import type { ResourceRecord } from "../../../dns/resource-record.ts";
import { NS_DNS } from "../../../cluster/soa-record.ts";
import type { Service } from "../../../kube/cluster-source.ts";
import { addressRecord } from "./address.ts";
import type { ClusterIndex } from "../index/cluster-index.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { weightOf } from "./host-records.ts";
import { SVC, wireLabel } from "./labels.ts";
import type { NameServers } from "./name-servers.ts";
import type { ServiceNode } from "../index/service-node.ts";
import { inOrder } from "./in-order.ts";
import { aliasRecords } from "./service-records.ts";
import type { Port, Slice } from "../index/slice.ts";
import { portsOf } from "../index/slice.ts";

type Records = Generator<ResourceRecord, void, undefined>;

/**
 * A zone's records, its SOA first and last, the Services by name: what CoreDNS sends, each once. The addresses of
 * `ns.dns` have TTL 0.
 */
export function* transferRecords(
  zone: ClusterZone,
  index: ClusterIndex,
  nameServers: NameServers,
): Records {
  const services = index.servicesOf(zone);
  const soa = zone.soa(services.serial.value);
  yield soa;
  const { answer, additional } = nameServers.ofWhole(zone);
  yield* answer;
  const ownServer = zone.below(NS_DNS);
  // Those of Services come with their Services, and an RRset has one TTL (RFC 2181 §5.2).
  for (const record of additional)
    if (ownServer?.equals(record.owner) === true) yield record.withTtl(0);
  for (const node of inOrder(services.nodes(), nameOf)) {
    // It is looked at when it is its turn: it may have gone.
    if (node.isVisible) yield* distinct(serviceRecords(zone, node));
  }
  yield soa;
}

/** Two ports with one number have one record, and an address may be in two slices. */
function* distinct(records: Records): Records {
  const seen = new Set<string>();
  for (const record of records) {
    const { owner, type, rdata } = record;
    const key = `${type} ${owner.key} ${rdata.toString("latin1")}`;
    if (seen.has(key)) continue;
    seen.add(key);
    yield record;
  }
}

/** The Service's own name first, so that equal names lie together. */
function nameOf({ key }: ServiceNode): string {
  return key.slice(1);
}

function* serviceRecords(zone: ClusterZone, node: ServiceNode): Records {
  const { service } = node;
  const owner = zone.below(node.key + SVC);
  if (!service || !owner) return;
  if (service.type === "ExternalName") {
    const alias = aliasRecords(service, owner, zone)?.alias;
    if (alias) yield alias.record;
  } else if (service.headless) {
    for (const slice of node.slices) yield* sliceRecords(zone, owner, slice);
  } else {
    yield* clusterIpRecords(zone, owner, node.key, service);
  }
}

function* clusterIpRecords(zone: ClusterZone, owner: Name, key: string, service: Service): Records {
  if (service.clusterIPs.length === 0) return;
  for (const address of service.clusterIPs) yield addressRecord(owner, zone.ttlSeconds, address);
  for (const port of portsOf(service.ports)) {
    if (port.port === 0) continue;
    yield locationRecord(zone, owner, port, { weight: 100, target: owner });
    const portOwner = portName(zone, key, port);
    if (portOwner) yield locationRecord(zone, portOwner, port, { weight: 100, target: owner });
  }
}

function* sliceRecords(zone: ClusterZone, owner: Name, { node, targets, ports }: Slice): Records {
  const weight = weightOf(targets.length);
  for (const { address, label } of targets) {
    yield addressRecord(owner, zone.ttlSeconds, address);
    const target = zone.below(label + node.key + SVC);
    if (!target) continue;
    yield addressRecord(target, zone.ttlSeconds, address);
    for (const port of ports) {
      const portOwner = port.port === 0 ? undefined : portName(zone, node.key, port);
      if (portOwner) yield locationRecord(zone, portOwner, port, { weight, target });
    }
  }
}

/** `_http._tcp` below the Service; undefined for a port without a name. */
function portName(zone: ClusterZone, key: string, { name, protocol }: Port): Name | undefined {
  const label = name === "" ? undefined : wireLabel(`_${name}`);
  const protocolLabel = wireLabel(`_${protocol}`);
  return label !== undefined && protocolLabel !== undefined
    ? zone.below(label + protocolLabel + key + SVC)
    : undefined;
}

function locationRecord(
  zone: ClusterZone,
  owner: Name,
  { port }: Port,
  { weight, target }: { weight: number; target: Name },
): ResourceRecord {
  return zone.record(owner, RrType.SRV, SRV.encode({ priority: 0, weight, port, target }));
}
