import type { Endpoint, EndpointPort, EndpointSlice } from "../../kube/cluster-source.ts";
import { canonicalAddress, dashedAddress } from "./address.ts";
import { wireLabel } from "./labels.ts";
import { OneOrMany } from "./one-or-many.ts";
import type { ServiceNode } from "./service-node.ts";

/** A port to match names and to fill SRV records with. */
export interface Port {
  /** Lower case; "" if it has none. */
  readonly name: string;
  readonly protocol: string;
  /** 0 where no number is known: then there is no SRV record. */
  readonly port: number;
}

/** A slice or a Service without ports still has addresses. */
export const NO_PORTS: readonly Port[] = [{ name: "", protocol: "", port: 0 }];

/** One ready address of an EndpointSlice. */
export interface Target {
  /** Canonical text. */
  readonly address: string;
  /** Its name below the Service, in wire form: one label, or that of its cluster as well. */
  readonly label: string;
  readonly slice: Slice;
  /** As labels in lower-case wire form, "" without one; not there unless it is asked for. */
  readonly topologyZone?: string;
}

/** What DNS needs of an EndpointSlice. */
export interface Slice {
  readonly name: string;
  readonly node: ServiceNode;
  readonly ports: readonly Port[];
  /** The cluster that the endpoints are in; "" for this one, and for one without a name. */
  readonly cluster: string;
  readonly targets: readonly Target[];
}

export interface SliceOptions {
  /** Whether pods without a hostname lend their own name. */
  readonly usePodNames: boolean;
  /** Whether targets know their topology zones. */
  readonly zonal: boolean;
  /** As in the slice that is made. */
  readonly cluster: string;
}

export function makeSlice(
  object: EndpointSlice,
  node: ServiceNode,
  { usePodNames, zonal, cluster }: SliceOptions,
): Slice {
  const targets: Target[] = [];
  const slice: Slice = { name: object.name, node, ports: portsOf(object.ports), cluster, targets };
  const topologyZones = new Map<string, string>();
  // A cluster whose name is no label leaves its endpoints without it: they can be named all the same.
  const clusterLabel = wireLabel(cluster) ?? "";
  for (const endpoint of object.endpoints) {
    if (!endpoint.ready) continue;
    for (const text of endpoint.addresses) {
      const address = canonicalAddress(text);
      if (address === undefined) continue;
      const label = targetLabel(endpoint, text, usePodNames) + clusterLabel;
      if (zonal) {
        targets.push({ address, label, slice, topologyZone: zoneOf(endpoint, topologyZones) });
      } else {
        targets.push({ address, label, slice });
      }
    }
  }
  return slice;
}

/** @param known the endpoints of a slice share the strings of their few zones */
function zoneOf({ zone }: Endpoint, known: Map<string, string>): string {
  const seen = known.get(zone);
  if (seen !== undefined) return seen;
  const labels = zone.split(".").map(wireLabel);
  const key = labels.includes(undefined) ? "" : labels.join("");
  known.set(zone, key);
  return key;
}

export function groupTargets(
  slices: readonly Slice[],
  keyOf: (target: Target) => string,
): OneOrMany<Target> {
  const groups = new OneOrMany<Target>();
  for (const slice of slices) {
    for (const target of slice.targets) groups.add(keyOf(target), target);
  }
  return groups;
}

/** Ports with names in lower case, as questions are compared. */
export function portsOf(ports: readonly EndpointPort[]): readonly Port[] {
  if (ports.length === 0) return NO_PORTS;
  return ports.map(({ name, protocol, port }) => ({
    name: name.toLowerCase(),
    protocol: protocol.toLowerCase(),
    port,
  }));
}

function targetLabel(endpoint: Endpoint, address: string, usePodNames: boolean): string {
  const { hostname, podName } = endpoint;
  const own = hostname !== "" ? hostname : usePodNames ? podName : "";
  // A pod's name may have dots or be too long: then it cannot be a label.
  return (own !== "" && wireLabel(own)) || addressLabel(address);
}

/** The name of an endpoint that has none of its own, in wire form. */
export function addressLabel(address: string): string {
  const dashed = dashedAddress(address);
  // A host name does not end with a hyphen (RFC 1123 §2.1).
  const text = dashed.endsWith("-") ? `${dashed}0` : dashed;
  return wireLabel(text) ?? "";
}

/** Whether nothing that DNS shows is different. */
export function isSameSlice(a: Slice, b: Slice): boolean {
  return (
    a.node === b.node &&
    a.cluster === b.cluster &&
    isSameList(a.ports, b.ports, isSamePort) &&
    isSameList(a.targets, b.targets, isSameTarget)
  );
}

function isSameTarget(a: Target, b: Target): boolean {
  return a.address === b.address && a.label === b.label && a.topologyZone === b.topologyZone;
}

export function isSamePort(a: Port, b: Port): boolean {
  return a.name === b.name && a.protocol === b.protocol && a.port === b.port;
}

export function isSameList<T>(
  a: readonly T[],
  b: readonly T[],
  isSame: (x: T, y: T) => boolean,
): boolean {
  return a.length === b.length && a.every((x, i) => isSame(x, b[i] as T));
}
