import { createHash } from "node:crypto";
import type { ClusterSource, ClusterStore } from "../../kube/cluster-source.ts";
import { kindsOf } from "../../kube/cluster-source.ts";
import { SnapshotSource } from "../../kube/snapshot/snapshot-source.ts";
import { configPath } from "../../server/config-path.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { KubernetesOptions } from "./parse.ts";
import { selectionOf } from "./selection.ts";

/** Lets a source begin with what was known before a restart, if that is asked for. */
export function withSnapshot(
  source: ClusterSource,
  options: KubernetesOptions,
  { settings, directive, log, metrics }: PluginContext,
  podLabels: ReadonlySet<string> = new Set(),
): ClusterSource<ClusterStore> {
  const { snapshot } = options.api;
  if (snapshot === undefined) return source;
  return new SnapshotSource({
    path: configPath(snapshot, settings, directive),
    source,
    kinds: kindsOf(selectionOf(options)),
    // Which labels are asked for is known when it starts.
    get selection() {
      return selectionDigest(options, podLabels);
    },
    log,
    metrics,
    now: Date.now,
  });
}

/**
 * Of all that decides what an index keeps: which cluster, which objects, and how endpoints are
 * named. Zones, TTL and the like are not in it, nor are certificates and limits.
 */
function selectionDigest(options: KubernetesOptions, podLabels: ReadonlySet<string>): string {
  const { namespaces, labels, namespaceLabels, usePodNames, endpoints, zonal, api } = options;
  const chosen = {
    endpoint: api.endpoint?.href,
    kubeconfig: api.kubeconfig,
    kinds: kindsOf(selectionOf(options)),
    namespaces: namespaces.toSorted(),
    labels,
    namespaceLabels,
    usePodNames,
    endpoints,
    zonal,
    ...(podLabels.size > 0 ? { podLabels: [...podLabels].toSorted() } : {}),
  };
  return createHash("sha256").update(JSON.stringify(chosen)).digest("hex");
}
