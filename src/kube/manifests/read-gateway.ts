import type { LoadBalancer, ObjectKey, RouteKind } from "../cluster-source.ts";
import { parseIpAddress } from "../ip-address.ts";
import type { Labels } from "../label-selector.ts";
import type { GatewayManifest, IngressManifest, RouteManifest } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";

export function readIngress(
  key: ObjectKey,
  labels: Labels,
  object: ManifestField,
): IngressManifest {
  const spec = object.get("spec");
  const hostnames = [
    ...spec
      .get("tls")
      .items()
      .flatMap((entry) => entry.get("hosts").items()),
    ...spec
      .get("rules")
      .items()
      .map((rule) => rule.get("host")),
  ].map((field) => field.string());
  const entries = object.get("status").get("loadBalancer").get("ingress").items();
  const balancer = balancerOf(
    entries.map((entry) => entry.get("ip").string() || entry.get("hostname").string()),
  );
  const all = { hostnames: namesOf(hostnames, object), ...balancer };
  return { kind: "Ingress", ...key, labels, object: { kind: "Ingress", ...key, ...all } };
}

export function readGateway(
  key: ObjectKey,
  labels: Labels,
  object: ManifestField,
): GatewayManifest {
  const listeners = object.get("spec").get("listeners").items();
  const hostnames = listeners.map((listener) => listener.get("hostname").string());
  const entries = object.get("status").get("addresses").items();
  const balancer = balancerOf(entries.map((entry) => entry.get("value").string()));
  const all = { hostnames: namesOf(hostnames, object), ...balancer };
  return { kind: "Gateway", ...key, labels, object: { kind: "Gateway", ...key, ...all } };
}

/** Of files, whose routes nobody has accepted, all parents count that are Gateways. */
export function readRoute(kind: RouteKind) {
  return (key: ObjectKey, labels: Labels, object: ManifestField): RouteManifest => {
    const spec = object.get("spec");
    const hostnames = spec
      .get("hostnames")
      .items()
      .map((field) => field.string());
    const parents = spec
      .get("parentRefs")
      .items()
      .filter((parent) => ["", "Gateway"].includes(parent.get("kind").string()));
    const gateways = parents.map((parent) => ({
      namespace: parent.get("namespace").string() || key.namespace,
      name: parent.get("name").string(),
    }));
    const all = { hostnames: namesOf(hostnames, object), gateways };
    return { kind, ...key, labels, object: { kind, ...key, ...all } };
  };
}

function balancerOf(values: readonly string[]): LoadBalancer {
  const addresses = values.flatMap((value) => parseIpAddress(value)?.text ?? []);
  const targets = values.filter((value) => value !== "" && !parseIpAddress(value));
  return { addresses: [...new Set(addresses)], targets: [...new Set(targets)] };
}

/** Those given, and those of the annotation of external-dns. */
function namesOf(given: readonly string[], object: ManifestField): readonly string[] {
  const own = given.filter((name) => name !== "");
  return [...new Set([...own, ...annotatedNames(object, "hostname")])];
}

/** @param which `hostname` or `internal-hostname` */
export function annotatedNames(object: ManifestField, which: string): readonly string[] {
  const annotations = object.get("metadata").get("annotations");
  const text = annotations.get(`external-dns.alpha.kubernetes.io/${which}`).string();
  return text
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
}
