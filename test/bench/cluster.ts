/** The objects of a cluster as its API serves them, of the kinds that DNS needs. */
export interface Cluster {
  readonly namespaces: readonly KubernetesObject[];
  readonly services: readonly KubernetesObject[];
  readonly endpointSlices: readonly KubernetesObject[];
  /** One: the load generator. */
  readonly pods: readonly KubernetesObject[];
  /** What each Service's name must resolve to. */
  readonly addresses: readonly NamedAddress[];
}

export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** A name without its last dot, and its IPv4 address. */
export interface NamedAddress {
  readonly qname: string;
  readonly address: string;
}

/** Applied to every record, by every server. */
export const CLUSTER_TTL_SECONDS = 30;

const NAMESPACES = 10;
/** That of the load generator's Pod. */
export const CLIENT_NAMESPACE = "team-0";
const ENDPOINTS_PER_SERVICE = 2;
const SERVICE_NETWORK = 0x0a600000; // 10.96.0.0/12
const POD_NETWORK = 0x0af40000; // 10.244.0.0/14
const HTTP_PORT = { name: "http", port: 80, protocol: "TCP" };

/** A cluster of so many Services, each with an address and two endpoints: the same one every time. */
export function generateCluster(services: number): Cluster {
  const numbers = Array.from({ length: services }, (_, index) => index);
  const namespaces = numbers.slice(0, NAMESPACES).map(namespaceOf);
  return {
    namespaces: namespaces.map((name) => ({
      apiVersion: "v1",
      kind: "Namespace",
      metadata: metadataOf(name, {}),
    })),
    services: numbers.map((number) => serviceObject(number)),
    endpointSlices: numbers.map(endpointSliceObject),
    pods: [clientPod()],
    addresses: numbers.map((number) => namedAddress(number)),
  };
}

/**
 * A Service after it got another address, and that address.
 *
 * @param services how many there are in the cluster
 * @param generation 0 for the address that it began with, 1 for another that nobody has
 */
export function changedService(
  number: number,
  services: number,
  generation: 0 | 1,
): { service: KubernetesObject; expected: NamedAddress } {
  const offset = services * generation;
  const service = serviceObject(number, offset);
  return { service, expected: namedAddress(number, offset) };
}

function clientPod(): KubernetesObject {
  const podIP = "127.0.0.1";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadataOf("client", { namespace: CLIENT_NAMESPACE }),
    status: { phase: "Running", podIP, podIPs: [{ ip: podIP }] },
  };
}

/** @param offset added to the address */
function serviceObject(number: number, offset = 0): KubernetesObject {
  const { address } = namedAddress(number, offset);
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: metadataOf(serviceName(number), { namespace: namespaceOf(number) }),
    spec: {
      type: "ClusterIP",
      clusterIP: address,
      clusterIPs: [address],
      ports: [{ ...HTTP_PORT, targetPort: 8080 }],
    },
  };
}

function endpointSliceObject(number: number): KubernetesObject {
  const name = serviceName(number);
  const first = POD_NETWORK + 1 + number * ENDPOINTS_PER_SERVICE;
  const endpoints = Array.from({ length: ENDPOINTS_PER_SERVICE }, (_, index) => ({
    addresses: [formatAddress(first + index)],
    conditions: { ready: true },
  }));
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: metadataOf(`${name}-slice`, {
      namespace: namespaceOf(number),
      labels: { "kubernetes.io/service-name": name },
    }),
    addressType: "IPv4",
    ports: [{ ...HTTP_PORT, port: 8080 }],
    endpoints,
  };
}

function metadataOf(name: string, more: Readonly<Record<string, unknown>>) {
  return { name, uid: `uid-${name}`, resourceVersion: "1", ...more };
}

function serviceName(number: number): string {
  return `service-${number}`;
}

function namespaceOf(number: number): string {
  return `team-${number % NAMESPACES}`;
}

function namedAddress(number: number, offset = 0): NamedAddress {
  return {
    qname: `${serviceName(number)}.${namespaceOf(number)}.svc.cluster.local`,
    address: formatAddress(SERVICE_NETWORK + 10 + number + offset),
  };
}

function formatAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join(".");
}
