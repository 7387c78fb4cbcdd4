import { canonicalAddress } from "../../canonical-address.ts";
import type {
  Endpoint,
  EndpointSlice,
  Kind,
  LoadBalancer,
  Node,
  ObjectKey,
  Pod,
  Route,
  RouteKind,
  Service,
  ServiceImport,
} from "../../cluster-source.ts";
import type {
  BalancerDraft,
  Draft,
  MetadataDraft,
  NodeDraft,
  PodDraft,
  PortDraft,
  RouteDraft,
  ServiceDraft,
  ServiceImportDraft,
  SliceDraft,
} from "./drafts.ts";
import { portPool } from "./port-pool.ts";
import { MalformedError } from "./stream-error.ts";

const NONE: readonly string[] = Object.freeze([]);
const NO_ENDPOINTS: readonly Endpoint[] = Object.freeze([]);
/** Rarely somebody asks for a Pod's labels: an API server has done the selecting. */
const NO_LABELS: Pod["labels"] = Object.freeze({});

/** @throws MalformedError if the object does not say which it is */
export function keyOf(kind: Kind, { namespace, name }: MetadataDraft): ObjectKey {
  if (name === "") throw new MalformedError("metadata.name: is missing");
  if (kind === "Namespace" || kind === "Node") return { namespace: "", name };
  if (namespace === "") throw new MalformedError("metadata.namespace: is missing");
  return { namespace, name };
}

/** Absent where there is none: most ports have no such field. */
export function giveNodePort(draft: PortDraft, port: number): void {
  if (checkedPort(port) !== 0) draft.nodePort = port;
}

export function thinService(
  { namespace, name }: ObjectKey,
  draft: ServiceDraft,
  metadata: MetadataDraft,
): Service {
  const type = serviceType(draft.type);
  const given = type === "ExternalName" ? NONE : givenClusterIPs(draft);
  const headless = given[0] === "None";
  const addresses = draft.ingress.map(({ ip }) => ip).filter((ip) => ip !== "");
  // As CoreDNS does it: who has an address is not asked for its name.
  const hostnames = draft.ingress.map(({ ip, hostname }) => (ip === "" ? hostname : ""));
  return {
    kind: "Service",
    namespace,
    name,
    type,
    clusterIPs: headless ? NONE : canonicalAddresses(given),
    headless,
    externalName: type === "ExternalName" ? draft.externalName : "",
    ports: portPool.share(draft.ports),
    externalIPs: distinct(canonicalAddresses([...draft.externalIPs, ...addresses])),
    externalHostnames: distinct(hostnames.filter((hostname) => hostname !== "")),
    publishNotReadyAddresses: draft.publishNotReadyAddresses,
    hasSelector: draft.hasSelector,
    ...(draft.isLocal ? { isLocal: true } : {}),
    ...hostnamesOf(metadata),
  };
}

function hostnamesOf({
  hostnames,
  internalHostnames,
}: MetadataDraft): Pick<Service, "hostnames" | "internalHostnames"> {
  return {
    ...(hostnames === "" ? {} : { hostnames: namesOfAnnotation(hostnames) }),
    ...(internalHostnames === ""
      ? {}
      : { internalHostnames: namesOfAnnotation(internalHostnames) }),
  };
}

/** A type that is not known may have cluster IPs, which is all that matters. */
function serviceType(type: string): Service["type"] {
  const isKnown = type === "NodePort" || type === "LoadBalancer" || type === "ExternalName";
  return isKnown ? type : "ClusterIP";
}

function givenClusterIPs({ clusterIP, clusterIPs }: ServiceDraft): readonly string[] {
  if (clusterIPs.length > 0) return clusterIPs;
  return clusterIP === "" ? NONE : [clusterIP];
}

export function thinSlice(
  { namespace, name }: ObjectKey,
  { addressType, endpoints, ports }: SliceDraft,
  metadata: MetadataDraft,
): EndpointSlice {
  if (addressType !== "IPv4" && addressType !== "IPv6" && addressType !== "FQDN") {
    throw new MalformedError(`addressType: "${addressType}" is not known`);
  }
  if (addressType !== "FQDN") {
    for (const endpoint of endpoints as Draft<Endpoint>[]) {
      endpoint.addresses = canonicalAddresses(endpoint.addresses);
    }
  }
  const { serviceName, importName, sourceCluster, triggeredAt } = metadata;
  const slice: Draft<EndpointSlice> = {
    kind: "EndpointSlice",
    namespace,
    name,
    serviceName,
    addressType,
    endpoints: endpoints.length === 0 ? NO_ENDPOINTS : endpoints.slice(),
    ports: portPool.share(ports),
  };
  if (importName !== "") slice.imported = { serviceName: importName, cluster: sourceCluster };
  const triggeredAtMs = triggeredAt === "" ? undefined : timeOf(triggeredAt);
  if (triggeredAtMs !== undefined) slice.triggeredAtMs = triggeredAtMs;
  return slice;
}

/** RFC 3339, to which Go adds up to nine decimals. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/** @returns undefined for what is no time, or Go's zero one */
function timeOf(text: string): number | undefined {
  const timeMs = TIME.test(text) ? Date.parse(text) : Number.NaN;
  return timeMs > 0 ? timeMs : undefined;
}

/** A Pod that is being deleted is as good as gone: CoreDNS does not take it in either. */
export function thinPod(
  { namespace, name }: ObjectKey,
  { phase, podIP, podIPs }: PodDraft,
  { isTerminating, kept }: MetadataDraft,
): Pod {
  const given = podIPs.length > 0 || podIP === "" ? podIPs : [podIP];
  const shown = isTerminating ? NONE : canonicalAddresses(given);
  return { kind: "Pod", namespace, name, podIPs: shown, phase, labels: kept ?? NO_LABELS };
}

export function thinServiceImport(
  { namespace, name }: ObjectKey,
  draft: ServiceImportDraft,
): ServiceImport {
  const type = draft.type === "Headless" ? "Headless" : "ClusterSetIP";
  const clusterIPs = type === "Headless" ? NONE : canonicalAddresses(draft.ips);
  const ports = portPool.share(draft.ports);
  return { kind: "ServiceImport", namespace, name, type, clusterIPs, ports };
}

/** A Node that is being deleted is as good as gone. */
export function thinNode(
  { name }: ObjectKey,
  { addresses, ready }: NodeDraft,
  { isTerminating }: MetadataDraft,
): Node {
  const of = (type: string): readonly string[] => {
    const texts = addresses.filter((one) => one.type === type).map(({ address }) => address);
    return distinct(canonicalAddresses(texts));
  };
  return {
    kind: "Node",
    namespace: "",
    name,
    internalIPs: of("InternalIP"),
    externalIPs: of("ExternalIP"),
    ready: ready && !isTerminating,
  };
}

/** An Ingress or a Gateway: who has an address is not asked for its name. */
export function thinBalancer<K extends "Ingress" | "Gateway">(
  kind: K,
  { namespace, name }: ObjectKey,
  { hostnames, ingress }: BalancerDraft,
  metadata: MetadataDraft,
): ObjectKey & LoadBalancer & { readonly kind: K; readonly hostnames: readonly string[] } {
  const all = [...hostnames, ...namesOfAnnotation(metadata.hostnames)];
  return {
    kind,
    namespace,
    name,
    hostnames: distinct(all.filter((hostname) => hostname !== "")),
    addresses: distinct(canonicalAddresses(ingress.map(({ ip }) => ip))),
    targets: distinct(
      ingress.flatMap(({ ip, hostname }) => (ip === "" && hostname !== "" ? [hostname] : [])),
    ),
  };
}

export function thinRoute(
  kind: RouteKind,
  { namespace, name }: ObjectKey,
  { hostnames, gateways }: RouteDraft,
  metadata: MetadataDraft,
): Route {
  const all = distinct([...hostnames, ...namesOfAnnotation(metadata.hostnames)]);
  return { kind, namespace, name, hostnames: all, gateways };
}

/** As external-dns reads it: names with commas between. */
function namesOfAnnotation(text: string): readonly string[] {
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}

/** Those that are addresses. */
function canonicalAddresses(texts: readonly string[]): readonly string[] {
  if (texts.length === 0) return NONE;
  // A list that has grown has room to spare: a copy has none.
  if (texts.every(isCanonical)) return texts.length === 1 ? texts : texts.slice();
  const addresses = texts.map(canonicalAddress).filter((address) => address !== undefined);
  return addresses.length === 0 ? NONE : addresses;
}

function isCanonical(text: string): boolean {
  return canonicalAddress(text) === text;
}

function distinct(texts: readonly string[]): readonly string[] {
  if (texts.length === 0) return NONE;
  return texts.length === 1 ? texts : [...new Set(texts)];
}

export function protocolOf(text: string): string {
  switch (text) {
    case "":
    case "TCP":
      return "tcp";
    case "UDP":
      return "udp";
    default:
      return text.toLowerCase();
  }
}

const MAX_PORT = 65_535;

/** 0 for none. @throws MalformedError if it is no port */
export function checkedPort(port: number): number {
  if (Number.isInteger(port) && port >= 0 && port <= MAX_PORT) return port;
  throw new MalformedError(`port: ${port} is not a port`);
}

export function podNameOf(targetKind: string, targetName: string): string {
  return targetKind === "Pod" ? targetName : "";
}
