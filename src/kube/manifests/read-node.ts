import type { ObjectKey } from "../cluster-source.ts";
import type { Labels } from "../label-selector.ts";
import type { NodeManifest } from "./manifest.ts";
import type { ManifestField } from "./manifest-field.ts";

/** A Node; one whose conditions a file leaves out is ready. */
export function readNode(key: ObjectKey, labels: Labels, object: ManifestField): NodeManifest {
  const status = object.get("status");
  const conditions = status.get("conditions").items();
  const ready = conditions.find((condition) => condition.get("type").string() === "Ready");
  const addresses = status.get("addresses").items();
  const of = (type: string): string[] => {
    const own = addresses.filter((entry) => entry.get("type").string() === type);
    return [...new Set(own.map((entry) => entry.get("address").ip().text))];
  };
  return {
    kind: "Node",
    ...key,
    labels,
    object: {
      kind: "Node",
      namespace: "",
      name: key.name,
      internalIPs: of("InternalIP"),
      externalIPs: of("ExternalIP"),
      ready: conditions.length === 0 || ready?.get("status").string() === "True",
    },
  };
}
