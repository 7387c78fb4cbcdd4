import type {
  Endpoint,
  EndpointPort,
  EndpointSlice,
  Service,
} from "../../../kube/cluster-source.ts";
import { dashedAddress } from "../records/address.ts";
import { wireLabel } from "../records/labels.ts";
import { OneOrMany } from "./one-or-many.ts";

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

/** One ready address of an EndpointSlice: there are more of these than of anything else. */
export class Target {
  /** Canonical text. */
  readonly address: string;
  readonly slice: Slice;
  /** The label of its own, in wire form; "" if it is named after its address. */
  readonly ownLabel: string;

  constructor(address: string, slice: Slice, ownLabel: string) {
    this.address = address;
    this.slice = slice;
    this.ownLabel = ownLabel;
  }

  /**
   * Its name below the Service, in wire form: one label, or that of its cluster as well. Most are
   * never asked for it, so it is not kept.
   */
  get label(): string {
    return (this.ownLabel || addressLabel(this.address)) + this.slice.clusterLabel;
  }

  /** As labels in lower-case wire form, "" without one; undefined unless it is asked for. */
  get topologyZone(): string | undefined {
    return undefined;
  }
}

class ZonalTarget extends Target {
  readonly #topologyZone: string;

  constructor(address: string, slice: Slice, ownLabel: string, topologyZone: string) {
    super(address, slice, ownLabel);
    this.#topologyZone = topologyZone;
  }

  override get topologyZone(): string {
    return this.#topologyZone;
  }
}

/** The Service that a slice belongs to, as far as its endpoints are named after it. */
export interface SliceOwner {
  /** The labels of Service and namespace in wire form. */
  readonly key: string;
  readonly namespace: { readonly key: string };
  /** Slices may come first. */
  readonly service: Service | undefined;
  readonly isVisible: boolean;
}

/** What DNS needs of an EndpointSlice. */
export interface Slice {
  readonly name: string;
  readonly node: SliceOwner;
  readonly ports: readonly Port[];
  /** The cluster that the endpoints are in; "" for this one, and for one without a name. */
  readonly cluster: string;
  /** What that cluster's name adds to those of the endpoints, in wire form. */
  readonly clusterLabel: string;
  readonly targets: readonly Target[];
  /** Whether all endpoints are Pods, which then ask from these addresses. */
  isOfPods: boolean;
  /** Addresses of Pods that are not ready: nobody is to be led there, but they may ask already. */
  unready: readonly string[];
  /** Names of Pods by address, of all endpoints that are some; undefined unless somebody asks for them. */
  podNames: ReadonlyMap<string, string> | undefined;
}

const NONE: readonly string[] = [];

export interface SliceOptions {
  /** Whether pods without a hostname lend their own name. */
  readonly usePodNames: boolean;
  /** Whether targets know their topology zones. */
  readonly zonal: boolean;
  /** As in the slice that is made. */
  readonly cluster: string;
  /** Whether it is to be known which Pods ask. */
  readonly keepsPodNames: boolean;
}

export function makeSlice(
  object: EndpointSlice,
  node: SliceOwner,
  { usePodNames, zonal, cluster, keepsPodNames }: SliceOptions,
): Slice {
  const targets: Target[] = [];
  const slice: Slice = {
    name: object.name,
    node,
    ports: portsOf(object.ports),
    cluster,
    // A cluster whose name is no label leaves its endpoints without it: they can be named all the same.
    clusterLabel: wireLabel(cluster) ?? "",
    targets,
    isOfPods: object.endpoints.every(({ podName }) => podName !== ""),
    unready: NONE,
    podNames: keepsPodNames ? podNamesOf(object.endpoints) : undefined,
  };
  if (slice.isOfPods) slice.unready = unreadyOf(object.endpoints);
  const topologyZones = new Map<string, string>();
  for (const endpoint of object.endpoints) {
    if (!endpoint.ready) continue;
    const ownLabel = labelOf(endpoint, usePodNames);
    for (const address of endpoint.addresses) {
      targets.push(
        zonal
          ? new ZonalTarget(address, slice, ownLabel, zoneOf(endpoint, topologyZones))
          : new Target(address, slice, ownLabel),
      );
    }
  }
  return slice;
}

function unreadyOf(endpoints: readonly Endpoint[]): readonly string[] {
  const addresses = endpoints.flatMap((endpoint) => (endpoint.ready ? NONE : endpoint.addresses));
  return addresses.length === 0 ? NONE : addresses;
}

function podNamesOf(endpoints: readonly Endpoint[]): ReadonlyMap<string, string> {
  const named = endpoints.filter(({ podName }) => podName !== "");
  return new Map(
    named.flatMap(({ addresses, podName }) =>
      addresses.map((address): [string, string] => [address, podName]),
    ),
  );
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

/** A pod's name may have dots or be too long: then it is no label, and the address has to do. */
function labelOf({ hostname, podName }: Endpoint, usePodNames: boolean): string {
  const own = hostname !== "" ? hostname : usePodNames ? podName : "";
  return own === "" ? "" : (wireLabel(own) ?? "");
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

/** Whether the same Pods ask from there. */
export function hasSameClients(a: Slice, b: Slice): boolean {
  return (
    a.isOfPods === b.isOfPods &&
    isSameList(a.unready, b.unready, (x, y) => x === y) &&
    isSameMap(a.podNames, b.podNames)
  );
}

function isSameMap(a: Slice["podNames"], b: Slice["podNames"]): boolean {
  if (!a || !b || a.size !== b.size) return a === b;
  for (const [address, name] of a) if (b.get(address) !== name) return false;
  return true;
}

function isSameTarget(a: Target, b: Target): boolean {
  return a.address === b.address && a.ownLabel === b.ownLabel && a.topologyZone === b.topologyZone;
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
