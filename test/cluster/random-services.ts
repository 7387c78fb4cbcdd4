import type { IpFamily } from "../../src/kube/ip-address.ts";

/** Numbers that are the same each time (mulberry32). */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0;
  }

  of<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }
}

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
export function randomService(draw: Draw, index: number): RandomService {
  const families = draw.of<readonly IpFamily[]>([
    ["IPv4"],
    ["IPv4"],
    ["IPv6"],
    ["IPv4", "IPv6"],
    ["IPv6", "IPv4"],
  ]);
  const metadata = {
    name: `service-${index}`,
    namespace: draw.of(["shop", "data", "kube-system"]),
  };
  const type = draw.of(["ClusterIP", "NodePort", "LoadBalancer", "LoadBalancer", "ExternalName"]);
  const isHeadless = type === "ClusterIP" && draw.isOneIn(8);
  const ports = randomPorts(draw, index, type);
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
          ...outsideOf(draw, families, type, index),
          ...affinityOf(draw),
          internalTrafficPolicy: draw.of<Policy>(["Cluster", "Cluster", "Local"]),
        };
  const service = { metadata, spec, status: statusOf(draw, families, type, index) };
  const slices = families.flatMap((family, i) => {
    return slicesOf(draw, { family, number: index * 2 + i, metadata, ports });
  });
  return { service, slices };
}

interface RandomPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly nodePort?: number;
}

function randomPorts(draw: Draw, index: number, type: string): readonly RandomPort[] {
  const hasNodePorts = type === "NodePort" || (type === "LoadBalancer" && !draw.isOneIn(3));
  const count = draw.of([1, 1, 2, 3]);
  return Array.from({ length: count }, (_none, i) => ({
    ...(count === 1 && draw.isOneIn(2) ? {} : { name: ["http", "metrics", "dns"][i] ?? "" }),
    port: 80 + i,
    protocol: draw.of(["TCP", "TCP", "UDP", "SCTP"]),
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
  draw: Draw,
  families: readonly IpFamily[],
  type: string,
  index: number,
): Record<string, unknown> {
  const hasAddresses = draw.isOneIn(4);
  const isOutside = hasAddresses || type !== "ClusterIP";
  const policy = draw.of<Policy>(["Cluster", "Local"]);
  const ranges = ["10.1.0.0/16", " 192.0.2.0/24", "172.18.0.0/24", "fd01::/64", "fd02::/48"];
  const all = draw.isOneIn(5) ? ["0.0.0.0/0", "::/0"] : [];
  return {
    ...(hasAddresses && { externalIPs: families.map((family) => address(family, "e", index)) }),
    ...(isOutside && { externalTrafficPolicy: policy }),
    ...(type === "LoadBalancer" &&
      policy === "Local" && { healthCheckNodePort: 40_000 + (index % 1_000) }),
    ...(type === "LoadBalancer" &&
      draw.isOneIn(2) && { loadBalancerSourceRanges: [...ranges.slice(draw.below(4)), ...all] }),
  };
}

function affinityOf(draw: Draw): Record<string, unknown> {
  if (!draw.isOneIn(3)) return { sessionAffinity: "None" };
  const clientIP = { timeoutSeconds: draw.of([10_800, 60, 86_400]) };
  return { sessionAffinity: "ClientIP", sessionAffinityConfig: { clientIP } };
}

function statusOf(
  draw: Draw,
  families: readonly IpFamily[],
  type: string,
  index: number,
): Record<string, unknown> {
  if (type !== "LoadBalancer" || draw.isOneIn(4)) return {};
  const ingress = families.map((family) => ({
    ip: address(family, "b", index),
    ...(draw.isOneIn(2) && { ipMode: draw.of(["VIP", "VIP", "Proxy"]) }),
  }));
  return { loadBalancer: { ingress: [...ingress, { hostname: "lb.example" }] } };
}

interface SliceOf {
  readonly family: IpFamily;
  readonly number: number;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly ports: readonly RandomPort[];
}

function slicesOf(draw: Draw, of: SliceOf): readonly object[] {
  const { family, number, metadata, ports } = of;
  const count = draw.of([0, 1, 1, 2]);
  const hints = draw.of(["none", "none", "zone", "node", "both", "some"]);
  const states = draw.of([
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
    endpoints: Array.from({ length: draw.below(5) }, (_one, i) => {
      const at = number * 16 + slice * 4 + (draw.isOneIn(9) ? 0 : i);
      const text =
        family === "IPv4" ? `10.244.${at >> 8}.${at & 255}` : `fd00:10::${(at + 1).toString(16)}`;
      const node = draw.of(NODES);
      return {
        addresses: [text],
        conditions: CONDITIONS[draw.of(states)],
        ...(!draw.isOneIn(8) && { nodeName: node.name, zone: node.zone }),
        ...hintsOf(draw, hints),
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

function hintsOf(draw: Draw, kind: string): Record<string, unknown> {
  if (kind === "none" || (kind === "some" && draw.isOneIn(2))) return {};
  const { name, zone } = draw.of(NODES.slice(0, 2));
  return {
    hints: {
      ...(kind !== "node" && { forZones: [{ name: zone }] }),
      ...(kind !== "zone" && { forNodes: [{ name }] }),
    },
  };
}
