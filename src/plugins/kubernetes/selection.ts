import type { Selection } from "../../kube/cluster-source.ts";
import type { KubernetesOptions } from "./parse.ts";

/** What has to be known of a cluster for these options. */
export function selectionOf(
  options: KubernetesOptions,
  podLabels?: ReadonlySet<string>,
): Selection {
  return {
    ...(podLabels ? { podLabels } : {}),
    namespaces: options.namespaces,
    labels: options.labels,
    namespaceLabels: options.namespaceLabels,
    endpoints: options.endpoints,
    pods: options.pods === "verified",
    serviceImports: options.multicluster.length > 0,
  };
}
