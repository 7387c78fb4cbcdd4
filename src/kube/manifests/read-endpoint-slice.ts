import type { Endpoint, EndpointPort, EndpointSlice, ObjectKey } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { EndpointSliceManifest } from "./manifest.ts";
import { IMPORT_NAME_LABEL, SERVICE_NAME_LABEL, SOURCE_CLUSTER_LABEL } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";
import { DNS_LABEL, DNS_SUBDOMAIN, PROTOCOLS } from "./patterns.ts";

const ADDRESS_TYPES = ["IPv4", "IPv6", "FQDN"] as const;

type AddressType = (typeof ADDRESS_TYPES)[number];

export function readEndpointSlice(
  key: ObjectKey,
  labels: Labels,
  object: ManifestField,
): EndpointSliceManifest {
  const field = object.get("addressType");
  const addressType = field.isAbsent
    ? field.fail("is missing")
    : field.oneOf(ADDRESS_TYPES, "IPv4");
  const endpoints = object.get("endpoints").items();
  return {
    kind: "EndpointSlice",
    ...key,
    labels,
    object: {
      kind: "EndpointSlice",
      ...key,
      serviceName: labels[SERVICE_NAME_LABEL] ?? "",
      addressType,
      endpoints: endpoints.map((endpoint) => readEndpoint(endpoint, addressType)),
      ports: object.get("ports").items().map(readEndpointPort),
      ...readImported(labels),
    },
  };
}

function readImported(labels: Labels): Pick<EndpointSlice, "imported"> {
  const serviceName = labels[IMPORT_NAME_LABEL] ?? "";
  const cluster = labels[SOURCE_CLUSTER_LABEL] ?? "";
  return serviceName === "" ? {} : { imported: { serviceName, cluster } };
}

function readEndpoint(field: ManifestField, addressType: AddressType): Endpoint {
  const addresses = field.get("addresses").items();
  if (addresses.length === 0) field.get("addresses").fail("has no address");
  return {
    addresses: addresses.map((address) => readAddress(address, addressType)),
    ready: field.get("conditions").get("ready").boolean(true),
    hostname: field.get("hostname").matching(DNS_LABEL, "a host name"),
    nodeName: field.get("nodeName").string(),
    zone: field.get("zone").string(),
    podName: readPodName(field.get("targetRef")),
  };
}

function readAddress(field: ManifestField, addressType: AddressType): string {
  if (addressType === "FQDN") {
    const name = field.matching(DNS_SUBDOMAIN, "a domain name");
    return name === "" ? field.fail("is missing") : name;
  }
  const { family, text } = field.ip();
  return family === addressType ? text : field.fail(`is not of the slice's type ${addressType}`);
}

/** "" if the target is no Pod. */
export function readPodName(targetRef: ManifestField): string {
  if (targetRef.get("kind").string() !== "Pod") return "";
  return targetRef.get("name").matching(DNS_SUBDOMAIN, "the name of a Pod");
}

export function readEndpointPort(field: ManifestField): EndpointPort {
  return {
    name: field.get("name").matching(DNS_LABEL, "a port's name"),
    port: field.get("port").port(),
    protocol: field.get("protocol").oneOf(PROTOCOLS, "TCP").toLowerCase(),
  };
}
