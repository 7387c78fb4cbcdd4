import { resolve } from "node:path";
import { reasonOf } from "../../corefile/corefile-error.ts";
import type { ClusterSource, Selection } from "../../kube/cluster-source.ts";
import { manifestsSource } from "../../kube/manifests/manifests-source.ts";
import type { PluginContext } from "../../server/plugin.ts";
import type { KubernetesOptions } from "./parse.ts";

/**
 * Where the cluster's objects come from. Nothing is read before it is started.
 * @throws {CorefileError} if the ranges of addresses do not fit together.
 */
export function makeSource(options: KubernetesOptions, context: PluginContext): ClusterSource {
  const { manifests, serviceCidrs } = options;
  if (manifests.length === 0) {
    throw context.directive.error(`missing "manifests": watching an API server is being built`);
  }
  try {
    return manifestsSource({
      paths: manifests.map((path) => resolve(context.settings.root, path)),
      selection: selectionOf(options),
      log: context.log,
      ...(serviceCidrs.length > 0 ? { serviceCidrs } : {}),
    });
  } catch (error) {
    throw context.directive.error(reasonOf(error));
  }
}

/**
 * Also namespaces that are not shown are asked for: the Service that this server itself is
 * reached by may be in one of them, and is named in NS records.
 */
function selectionOf(options: KubernetesOptions): Selection {
  return {
    namespaces: [],
    labels: options.labels,
    namespaceLabels: options.namespaceLabels,
    endpoints: options.endpoints,
    pods: options.pods === "verified",
    serviceImports: options.multicluster.length > 0,
  };
}
