import { canonicalAddress } from "../../kube/canonical-address.ts";
import type { IpFamily } from "../../kube/ip-address.ts";
import { familyOf } from "../../kube/ip-address.ts";
import type { ProxyService, ProxyServicePort } from "../../kube/proxy/proxy-objects.ts";
import { RawField } from "../../server/contract/raw-field.ts";
import { protocolIn } from "./read-proxy-slice.ts";

/** What the API server sets where session affinity says no time. */
const DEFAULT_STICKY_SECONDS = 10_800;
const TYPES = ["NodePort", "LoadBalancer", "ExternalName"] as const;
const TOPOLOGY_MODE = "service.kubernetes.io/topology-mode";

/**
 * Reads a Service (core/v1) as kube-proxy does, from JSON or YAML.
 * @returns undefined if it has no name
 */
export function readProxyService(raw: unknown): ProxyService | undefined {
  const object = new RawField(raw);
  const metadata = object.get("metadata");
  const spec = object.get("spec");
  const name = metadata.get("name").text();
  if (name === "") return undefined;
  const type = TYPES.find((one) => one === spec.get("type").text()) ?? "ClusterIP";
  const externalIPs = textsOf(spec.get("externalIPs"));
  // pkg/api/v1/service: ExternallyAccessible.
  const isExternal = type === "NodePort" || type === "LoadBalancer" || externalIPs.length > 0;
  const isExternalLocal =
    type !== "ExternalName" && isExternal && spec.get("externalTrafficPolicy").text() === "Local";
  const annotations = metadata.get("annotations").texts();
  const healthCheckNodePort = spec.get("healthCheckNodePort").number() ?? 0;
  return {
    namespace: metadata.get("namespace").text() || "default",
    name,
    type,
    isHeadless: spec.get("clusterIP").text() === "None",
    externalName: spec.get("externalName").text(),
    clusterIPs: clusterIPsIn(spec),
    ports: spec.get("ports").items().map(servicePort),
    externalIPs: externalIPs.flatMap((text) => canonicalAddress(text) ?? []),
    ingress: object.get("status", "loadBalancer", "ingress").items().flatMap(ingressOf),
    sourceRanges: textsOf(spec.get("loadBalancerSourceRanges")),
    isInternalLocal: spec.get("internalTrafficPolicy").text() === "Local",
    isExternalLocal,
    stickySeconds: stickySecondsIn(spec),
    healthCheckNodePort: type === "LoadBalancer" && isExternalLocal ? healthCheckNodePort : 0,
    publishesNotReady: spec.get("publishNotReadyAddresses").boolean() ?? false,
    trafficDistribution: spec.get("trafficDistribution").text() || annotations[TOPOLOGY_MODE] || "",
  };
}

function textsOf(list: RawField): readonly string[] {
  return list.items().map((item) => item.text());
}

function servicePort(port: RawField): ProxyServicePort {
  return {
    name: port.get("name").text(),
    port: port.get("port").number() ?? 0,
    protocol: protocolIn(port.get("protocol")),
    nodePort: port.get("nodePort").number() ?? 0,
  };
}

function ingressOf(ingress: RawField): ProxyService["ingress"] {
  const ip = canonicalAddress(ingress.get("ip").text());
  if (ip === undefined) return [];
  const mode = ingress.get("ipMode");
  return [{ ip, isVip: mode.isAbsent || mode.text() === "VIP" }];
}

function stickySecondsIn(spec: RawField): number | undefined {
  if (spec.get("sessionAffinity").text() !== "ClientIP") return undefined;
  const seconds = spec.get("sessionAffinityConfig", "clientIP", "timeoutSeconds").number();
  return seconds ?? DEFAULT_STICKY_SECONDS;
}

/** kube-proxy looks a family up in `ipFamilies`, and takes the address at its place. */
function clusterIPsIn(spec: RawField): Partial<Record<IpFamily, string>> {
  const families = textsOf(spec.get("ipFamilies"));
  const all = textsOf(spec.get("clusterIPs"));
  const listed = all.length === 0 ? [spec.get("clusterIP").text()] : all;
  const found: Partial<Record<IpFamily, string>> = {};
  for (const [i, text] of listed.entries()) {
    const address = canonicalAddress(text);
    if (address === undefined) continue;
    const family = families[i] ?? familyOf(address);
    if (family === "IPv4" || family === "IPv6") found[family] ??= address;
  }
  return found;
}
