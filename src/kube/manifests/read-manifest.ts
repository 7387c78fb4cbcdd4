import type { ObjectKey } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { Manifest } from "./manifest.ts";
import { oddityOf } from "./known-kinds.ts";
import { ManifestField } from "./manifest-field.ts";
import { DNS_LABEL, DNS_SUBDOMAIN } from "./patterns.ts";
import { readEndpointSlice } from "./read-endpoint-slice.ts";
import { readEndpoints } from "./read-endpoints.ts";
import { readNode } from "./read-node.ts";
import { readGateway, readIngress, readRoute } from "./read-gateway.ts";
import { readPod } from "./read-pod.ts";
import { readService } from "./read-service.ts";
import { readServiceImport } from "./read-service-import.ts";

interface KindReader {
  readonly apiVersions: readonly string[];
  readonly isNamespaced: boolean;
  /** What the API server wants a name of this kind to be. */
  readonly name: RegExp;
  readonly read: (key: ObjectKey, labels: Labels, object: ManifestField) => Manifest;
}

const SERVICE: KindReader = {
  apiVersions: ["v1"],
  isNamespaced: true,
  name: DNS_LABEL,
  read: readService,
};
const NAMED = { isNamespaced: true, name: DNS_SUBDOMAIN };

const SERVICE_IMPORT: KindReader = {
  ...NAMED,
  apiVersions: ["multicluster.x-k8s.io/v1alpha1", "multicluster.x-k8s.io/v1beta1"],
  read: readServiceImport,
};

const READERS: ReadonlyMap<string, KindReader> = new Map([
  ["Service", SERVICE],
  ["ServiceImport", SERVICE_IMPORT],
  ["EndpointSlice", { ...NAMED, apiVersions: ["discovery.k8s.io/v1"], read: readEndpointSlice }],
  ["Endpoints", { ...NAMED, apiVersions: ["v1"], read: readEndpoints }],
  ["Pod", { ...NAMED, apiVersions: ["v1"], read: readPod }],
  ["Namespace", { apiVersions: ["v1"], isNamespaced: false, name: DNS_LABEL, read: readNamespace }],
  ["Node", { apiVersions: ["v1"], isNamespaced: false, name: DNS_SUBDOMAIN, read: readNode }],
  ["Ingress", { ...NAMED, apiVersions: ["networking.k8s.io/v1"], read: readIngress }],
  ["Gateway", { ...NAMED, apiVersions: gatewayApi("v1", "v1beta1"), read: readGateway }],
  [
    "HTTPRoute",
    { ...NAMED, apiVersions: gatewayApi("v1", "v1beta1"), read: readRoute("HTTPRoute") },
  ],
  [
    "GRPCRoute",
    { ...NAMED, apiVersions: gatewayApi("v1", "v1alpha2"), read: readRoute("GRPCRoute") },
  ],
  [
    "TLSRoute",
    {
      ...NAMED,
      apiVersions: gatewayApi("v1", "v1alpha3", "v1alpha2"),
      read: readRoute("TLSRoute"),
    },
  ],
]);

function gatewayApi(...versions: readonly string[]): string[] {
  return versions.map((version) => `gateway.networking.k8s.io/${version}`);
}

const VERSIONS: ReadonlyMap<string, readonly string[]> = new Map(
  [...READERS].map(([kind, { apiVersions }]) => [kind, apiVersions]),
);

/**
 * Reads one object.
 *
 * @returns undefined for a kind that DNS does not need
 * @throws ManifestError if it is no object, or not one that the API server would take, or of a kind that nobody has
 */
export function readManifest(value: unknown): Manifest | undefined {
  const object = new ManifestField(value);
  const kind = object.get("kind").string();
  if (kind === "") return object.get("kind").fail("is missing");
  const apiVersion = object.get("apiVersion").string();
  if (apiVersion === "") return object.get("apiVersion").fail("is missing");
  const reader = READERS.get(kind);
  if (!reader || !reader.apiVersions.includes(apiVersion)) {
    const oddity = oddityOf(kind, apiVersion, VERSIONS);
    return oddity && object.get(oddity.field).fail(oddity.reason, { isFatal: oddity.isMeant });
  }
  const metadata = object.get("metadata");
  const namespace = metadata.get("namespace").matching(DNS_LABEL, "the name of a Namespace");
  const name = metadata.get("name").matching(reader.name, `a name for the kind ${kind}`);
  if (name === "") return metadata.get("name").fail("is missing");
  const key = { namespace: reader.isNamespaced ? namespace || "default" : "", name };
  return reader.read(key, metadata.get("labels").labels(), object);
}

function readNamespace(key: ObjectKey, labels: Labels): Manifest {
  return { kind: "Namespace", ...key, labels };
}
