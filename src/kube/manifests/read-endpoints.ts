import type { Endpoint, EndpointPort, EndpointSlice, ObjectKey } from "../cluster-source.ts";
import type { IpFamily } from "../ip-address.ts";
import type { Labels } from "../label-selector.ts";
import type { EndpointsManifest } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";
import { DNS_LABEL } from "./patterns.ts";
import { readEndpointPort, readPodName } from "./read-endpoint-slice.ts";

const SKIP_MIRROR_LABEL = "endpointslice.kubernetes.io/skip-mirror";
const FAMILIES: readonly IpFamily[] = ["IPv4", "IPv6"];

/** Makes of each subset a slice per family, as the mirroring controller does. */
export function readEndpoints(
  key: ObjectKey,
  labels: Labels,
  object: ManifestField,
): EndpointsManifest {
  const isSkipped = labels[SKIP_MIRROR_LABEL] === "true";
  const subsets = isSkipped ? [] : object.get("subsets").items();
  return {
    kind: "Endpoints",
    ...key,
    labels,
    slices: subsets.flatMap((subset) => readSubset(key, subset)),
  };
}

function readSubset(key: ObjectKey, subset: ManifestField): EndpointSlice[] {
  const ports = subset.get("ports").items().map(readSubsetPort);
  const ready = subset.get("addresses").items();
  const notReady = subset.get("notReadyAddresses").items();
  const addresses = [
    ...ready.map((field) => readAddress(field, true)),
    ...notReady.map((field) => readAddress(field, false)),
  ];
  return FAMILIES.flatMap((addressType): EndpointSlice[] => {
    const endpoints = addresses
      .filter(({ family }) => family === addressType)
      .map(({ endpoint }) => endpoint);
    if (endpoints.length === 0) return [];
    return [
      { kind: "EndpointSlice", ...key, serviceName: key.name, addressType, endpoints, ports },
    ];
  });
}

/** Unlike a slice's, it has a number. */
function readSubsetPort(field: ManifestField): EndpointPort {
  const port = readEndpointPort(field);
  return port.port === 0 ? field.get("port").fail("is missing") : port;
}

function readAddress(
  field: ManifestField,
  ready: boolean,
): { family: IpFamily; endpoint: Endpoint } {
  const { family, text } = field.get("ip").ip();
  const endpoint = {
    addresses: [text],
    ready,
    hostname: field.get("hostname").matching(DNS_LABEL, "a host name"),
    nodeName: field.get("nodeName").string(),
    zone: "",
    podName: readPodName(field.get("targetRef")),
  };
  return { family, endpoint };
}
