import type { ObjectKey } from "../../kube/cluster-source.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { Query } from "../../server/contract/query.ts";
import { canonicalAddress } from "./records/address.ts";
import type { PodTable } from "./index/pod-table.ts";

const PARTS = { "client-namespace": "namespace", "client-pod-name": "name" } as const;

/** What a `PodTable` has to keep clients for. */
export const CLIENT_LABELS: readonly string[] = Object.keys(PARTS).map(labelOf);

/** Metadata about the pod that a query comes from; none if it comes from no pod, or one of several. */
export function clientMetadata(pods: PodTable): MetadataTable {
  const entries = Object.entries(PARTS).map(([part, field]) => {
    const value = (query: Query): string => podOf(query, pods)?.[field] ?? "";
    return [labelOf(part), value] as const;
  });
  return Object.fromEntries(entries);
}

function labelOf(part: string): string {
  return `kubernetes/${part}`;
}

function podOf({ client }: Query, pods: PodTable): ObjectKey | undefined {
  return pods.client(canonicalAddress(client.address) ?? "");
}
