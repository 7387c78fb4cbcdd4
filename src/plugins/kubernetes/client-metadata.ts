import type { ObjectKey } from "../../kube/cluster-source.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import { canonicalAddress } from "./records/address.ts";

/** CoreDNS's labels, which it has with `pods verified`. */
const COREDNS = {
  "kubernetes/client-namespace": "namespace",
  "kubernetes/client-pod-name": "name",
} as const;

const OWN = { "client/namespace": "namespace", "client/pod": "name" } as const;

/** The family of labels of the pod itself, with `pods verified`. */
export const LABELS_OF_CLIENT = "client/labels/";

/** What an index has to keep clients for. */
export const CLIENT_LABELS: readonly string[] = Object.keys({ ...COREDNS, ...OWN });

/** Metadata about the pod that a query comes from; none if it comes from no pod, or one of several. */
export function clientMetadata(index: ClusterIndex): MetadataTable {
  const { clientKind } = index;
  if (clientKind === undefined) return {};
  const labels = clientKind === "Pod" ? { ...COREDNS, ...OWN } : OWN;
  const entries = Object.entries(labels).map(([label, field]): [string, MetadataTable[string]] => {
    return [label, (query) => clientOf(query.client.address, index)?.[field] ?? ""];
  });
  if (clientKind === "Pod") {
    entries.push([
      LABELS_OF_CLIENT,
      ({ client }, name) => {
        const pod = clientOf(client.address, index);
        return pod ? (index.pods.labelsOf(pod)[name] ?? "") : "";
      },
    ]);
  }
  return Object.fromEntries(entries);
}

function clientOf(address: string, index: ClusterIndex): ObjectKey | undefined {
  return index.client(canonicalAddress(address) ?? "");
}
