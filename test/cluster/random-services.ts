import type { IpFamily } from "../../src/kube/ip-address.ts";
import type { Random } from "../fuzz/random.ts";

export const NODES = [
  { name: "node-a", zone: "zone-a" },
  { name: "node-b", zone: "zone-b" },
  { name: "node-c", zone: "" },
] as const;

export interface RandomService {
  readonly service: object;
  readonly slices: readonly object[];
}

type Policy = "Local" | "Cluster";

/** A Service of any kind that kube-proxy may meet, with its EndpointSlices, as the API server gives them. */
export function randomService(random: Random, index: number): RandomService {
  const families = random.pick<readonly IpFamily[]>([
    ["IPv4"],
    ["IPv4"],
    ["IPv6"],
    ["IPv4", "IPv6"],
    ["IPv6", "IPv4"],
  ]);
  const metadata = {
    name: `service-${index}`,
    namespace: random.pick(["shop", "data", "kube-system"]),
  };
  const type = random.pick([
    "ClusterIP",
    "NodePort",
    "LoadBalancer",
    "LoadBalancer",
    "ExternalName",
  ]);
  const isHeadless = type === "ClusterIP" && random.oneIn(8);
  const ports = randomPorts(random, index, type);
  const clusterIPs = isHeadless ? ["None"] : families.map((family) => address(family, "c", index));
  const spec =
    type === "ExternalName"
      ? { type, externalName: "elsewhere.example", ports }
      : {
          type,
          ports,
          ipFamilies: families,
          clusterIP: clusterIPs[0],
          clusterIPs,
          ...outsideOf(random, families, type, index),
          ...affinityOf(random),
          internalTrafficPolicy: random.pick<Policy>(["Cluster", "Cluster", "Local"]),
        };
  const service = { metadata, spec, status: statusOf(random, families, type, index) };
  const slices = families.flatMap((family, i) => {
    return slicesOf(random, { family, number: index * 2 + i, metadata, ports });
  });
  return { service, slices };
}

interface RandomPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly nodePort?: number;
}

function randomPorts(random: Random, index: number, type: string): readonly RandomPort[] {
  const hasNodePorts = type === "NodePort" || (type === "LoadBalancer" && !random.oneIn(3));
  const count = random.pick([1, 1, 2, 3]);
  return Array.from({ length: count }, (_none, i) => ({
    ...(count === 1 && random.oneIn(2) ? {} : { name: ["http", "metrics", "dns"][i] ?? "" }),
    port: 80 + i,
    protocol: random.pick(["TCP", "TCP", "UDP", "SCTP"]),
    ...(hasNodePorts && { nodePort: 30_000 + index * 3 + i }),
  }));
}

/** `10.96.1.2`, `fd00:c::102` */
function address(family: IpFamily, kind: "c" | "e" | "b", number: number): string {
  const net = { c: 96, e: 97, b: 98 }[kind];
  if (family === "IPv4") return `10.${net}.${number >> 8}.${number & 255}`;
  return `fd00:${kind}::${(number + 256).toString(16)}`;
}

function outsideOf(
  random: Random,
  families: readonly IpFamily[],
  type: string,
  index: number,
): Record<string, unknown> {
  const hasAddresses = random.oneIn(4);
  const isOutside = hasAddresses || type !== "ClusterIP";
  const policy = random.pick<Policy>(["Cluster", "Local"]);
  const ranges = ["10.1.0.0/16", " 192.0.2.0/24", "172.18.0.0/24", "fd01::/64", "fd02::/48"];
  const all = random.oneIn(5) ? ["0.0.0.0/0", "::/0"] : [];
  return {
    ...(hasAddresses && { externalIPs: families.map((family) => address(family, "e", index)) }),
    ...(isOutside && { externalTrafficPolicy: policy }),
    ...(type === "LoadBalancer" &&
      policy === "Local" && { healthCheckNodePort: 40_000 + (index % 1_000) }),
    ...(type === "LoadBalancer" &&
      random.oneIn(2) && { loadBalancerSourceRanges: [...ranges.slice(random.below(4)), ...all] }),
  };
}

function affinityOf(random: Random): Record<string, unknown> {
  if (!random.oneIn(3)) return { sessionAffinity: "None" };
  const clientIP = { timeoutSeconds: random.pick([10_800, 60, 86_400]) };
  return { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP } };
}

function statusOf(
  random: Random,
  families: readonly IpFamily[],
  type: string,
  index: number,
): Record<string, unknown> {
  if (type !== "LoadBalancer" || random.oneIn(4)) return {};
  const ingress = families.map((family) => ({
    ip: address(family, "b", index),
    ...(random.oneIn(2) && { ipMode: random.pick(["VIP", "VIP", "Proxy"]) }),
  }));
  return { loadBalancer: { ingress: [...ingress, { hostname: "lb.example" }] } };
}

interface SliceOf {
  readonly family: IpFamily;
  readonly number: number;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly ports: readonly RandomPort[];
}

function slicesOf(random: Random, of: SliceOf): readonly object[] {
  const { family, number, metadata, ports } = of;
  const count = random.pick([0, 1, 1, 2]);
  const hints = random.pick(["none", "none", "zone", "node", "both", "some"]);
  const states = random.pick([
    ["ready"],
    ["ready", "ready", "ending", "not"],
    ["ending", "not"],
    ["not"],
  ]);
  return Array.from({ length: count }, (_none, slice) => ({
    metadata: {
      name: `${metadata.name}-${family.toLowerCase()}-${slice}`,
      namespace: metadata.namespace,
      labels: { "kubernetes.io/service-name": metadata.name },
    },
    addressType: family,
    ports: ports.map(({ name = "", protocol }, i) => ({ name, protocol, port: 8_080 + i })),
    endpoints: Array.from({ length: random.below(5) }, (_one, i) => {
      const at = number * 16 + slice * 4 + (random.oneIn(9) ? 0 : i);
      const text =
        family === "IPv4" ? `10.244.${at >> 8}.${at & 255}` : `fd00:10::${(at + 1).toString(16)}`;
      const node = random.pick(NODES);
      return {
        addresses: [text],
        conditions: CONDITIONS[random.pick(states)],
        ...(!random.oneIn(8) && { nodeName: node.name, zone: node.zone }),
        ...hintsOf(random, hints),
      };
    }).filter(isFirstAt()),
  }));
}

const CONDITIONS: Readonly<Record<string, object>> = {
  ready: { ready: true, serving: true, terminating: false },
  ending: { ready: false, serving: true, terminating: true },
  not: { ready: false, serving: false, terminating: false },
};

/** Which of two running Pods with one address counts is left open by kube-proxy. */
function isFirstAt(): (endpoint: { readonly addresses: readonly string[] }) => boolean {
  const seen = new Set<string>();
  return ({ addresses }) => {
    const text = addresses.join(",");
    return !seen.has(text) && seen.add(text).size > 0;
  };
}

function hintsOf(random: Random, kind: string): Record<string, unknown> {
  if (kind === "none" || (kind === "some" && random.oneIn(2))) return {};
  const { name, zone } = random.pick(NODES.slice(0, 2));
  return {
    hints: {
      ...(kind !== "node" && { forZones: [{ name: zone }] }),
      ...(kind !== "zone" && { forNodes: [{ name }] }),
    },
  };
}
