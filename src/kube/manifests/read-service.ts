import type { ObjectKey, Service, ServicePort } from "../cluster-source.ts";
import type { IpAddress } from "../ip-address.ts";
import type { Labels } from "../label-selector.ts";
import type { ServiceManifest, TargetedPort } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";
import { annotatedNames } from "./read-gateway.ts";
import { DNS_LABEL, DNS_SUBDOMAIN, EXTERNAL_NAME, PROTOCOLS } from "./patterns.ts";

const TYPES = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"] as const;
const FAMILIES = ["IPv4", "IPv6"] as const;
const POLICIES = ["SingleStack", "PreferDualStack", "RequireDualStack"] as const;

export function readService(
  key: ObjectKey,
  labels: Labels,
  object: ManifestField,
): ServiceManifest {
  const spec = object.get("spec");
  const ports = spec.get("ports").items().map(readPort);
  const hostnames = annotatedNames(object, "hostname");
  const internalHostnames = annotatedNames(object, "internal-hostname");
  return {
    kind: "Service",
    ...key,
    labels,
    object: {
      kind: "Service",
      ...key,
      ...readAddresses(spec),
      ports: ports.map(({ targetPort: _targetPort, ...port }) => port),
      ...readExternalAddresses(spec, object.get("status").get("loadBalancer").get("ingress")),
      publishNotReadyAddresses: spec.get("publishNotReadyAddresses").boolean(false),
      ...(spec.get("externalTrafficPolicy").string() === "Local" ? { isLocal: true } : {}),
      ...(hostnames.length > 0 ? { hostnames } : {}),
      ...(internalHostnames.length > 0 ? { internalHostnames } : {}),
    },
    ports,
    selector: spec.get("selector").labels(),
    ipFamilies: spec.get("ipFamilies").items().map(readFamily),
    ipFamilyPolicy: spec.get("ipFamilyPolicy").oneOf(POLICIES, "SingleStack"),
  };
}

function readFamily(field: ManifestField): "IPv4" | "IPv6" {
  return field.isAbsent ? field.fail("is missing") : field.oneOf(FAMILIES, "IPv4");
}

function readPort(field: ManifestField): TargetedPort {
  const port = readServicePort(field);
  const nodePort = field.get("nodePort").isAbsent ? 0 : field.get("nodePort").port();
  return {
    ...port,
    targetPort: field.get("targetPort").portOrName() || port.port,
    ...(nodePort > 0 ? { nodePort } : {}),
  };
}

/** What the ports of Services and ServiceImports have in common. */
export function readServicePort(field: ManifestField): ServicePort {
  const port = field.get("port").port();
  if (port === 0) return field.get("port").fail("is missing");
  return {
    name: field.get("name").matching(DNS_LABEL, "a port's name"),
    port,
    protocol: field.get("protocol").oneOf(PROTOCOLS, "TCP").toLowerCase(),
  };
}

type Addresses = Pick<Service, "type" | "clusterIPs" | "headless" | "externalName">;

function readAddresses(spec: ManifestField): Addresses {
  const type = spec.get("type").oneOf(TYPES, "ClusterIP");
  if (type === "ExternalName") {
    return { type, clusterIPs: [], headless: false, externalName: readExternalName(spec) };
  }
  const given = givenClusterIPs(spec);
  const headless = given.some((field) => field.string() === "None");
  if (headless && type !== "ClusterIP") spec.get("type").fail("cannot be headless");
  const clusterIPs = headless ? [] : given.map((field) => field.ip());
  if (!areOneOfEachFamily(clusterIPs)) {
    spec.get("clusterIPs").fail("has more than one address of a family");
  }
  return { type, clusterIPs: clusterIPs.map(({ text }) => text), headless, externalName: "" };
}

function readExternalName(spec: ManifestField): string {
  const field = spec.get("externalName");
  const name = field.matching(EXTERNAL_NAME, "a domain name");
  return name === "" ? field.fail("is missing") : name;
}

/** Of `clusterIP` and `clusterIPs`, the one stands for the first of the other. */
function givenClusterIPs(spec: ManifestField): ManifestField[] {
  const first = spec.get("clusterIP");
  const all = spec.get("clusterIPs").items();
  if (first.string() === "") return all;
  const [other] = all;
  if (other && other.string() !== first.string()) first.fail("is not the first of clusterIPs");
  return other ? all : [first];
}

function areOneOfEachFamily(addresses: readonly IpAddress[]): boolean {
  return new Set(addresses.map(({ family }) => family)).size === addresses.length;
}

type ExternalAddresses = Pick<Service, "externalIPs" | "externalHostnames">;

function readExternalAddresses(spec: ManifestField, ingress: ManifestField): ExternalAddresses {
  const entries = ingress.items();
  const addresses = [
    ...spec.get("externalIPs").items(),
    ...entries.map((entry) => entry.get("ip")).filter((field) => field.string() !== ""),
  ];
  const hostnames = entries.map((entry) =>
    entry.get("hostname").matching(DNS_SUBDOMAIN, "a domain name"),
  );
  return {
    externalIPs: [...new Set(addresses.map((field) => field.ip().text))],
    externalHostnames: hostnames.filter((name) => name !== ""),
  };
}
