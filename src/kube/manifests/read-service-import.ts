import type { ObjectKey } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { ServiceImportManifest } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";
import { readServicePort } from "./read-service.ts";

const TYPES = ["ClusterSetIP", "Headless"] as const;
const MAX_ADDRESSES = 2;

export function readServiceImport(
  key: ObjectKey,
  labels: Labels,
  object: ManifestField,
): ServiceImportManifest {
  const spec = object.get("spec");
  const type = spec.get("type");
  const isHeadless = type.oneOf(TYPES, "ClusterSetIP") === "Headless";
  if (type.isAbsent) type.fail("is missing");
  const ips = spec.get("ips");
  const addresses = ips.items().map((field) => field.ip().text);
  if (addresses.length > MAX_ADDRESSES) ips.fail(`has more than ${MAX_ADDRESSES} addresses`);
  return {
    kind: "ServiceImport",
    ...key,
    labels,
    object: {
      kind: "ServiceImport",
      ...key,
      type: isHeadless ? "Headless" : "ClusterSetIP",
      clusterIPs: isHeadless ? [] : addresses,
      ports: spec.get("ports").items().map(readServicePort),
    },
  };
}
