import { reasonOf } from "../corefile/corefile-error.ts";
import type { Directive } from "../corefile/directive.ts";
import { tokenError } from "../corefile/directive.ts";
import { expandHome, makeAccess } from "../kube/api/access/make-access.ts";
import { joinKubeconfig, splitKubeconfig } from "../kube/api/access/kubeconfig-files.ts";
import { ApiSource } from "../kube/api/api-source.ts";
import type { ClusterSource, Selection } from "../kube/cluster-source.ts";
import { manifestsSource, MissingManifests } from "../kube/manifests/manifests-source.ts";
import { configPath } from "../server/config-path.ts";
import type { PluginContext } from "../server/contract/plugin.ts";
import type { ApiOptions } from "./api-options.ts";

/** Where a cluster is, as the Corefile says it. */
export interface ClusterOptions {
  /** Folders, files and globs, as written; without any an API server is asked. */
  readonly manifests: readonly string[];
  /** Where Services without a ClusterIP get one from; empty for the default ranges. */
  readonly serviceCidrs?: readonly string[];
  readonly api: ApiOptions;
}

/** The error of a source, at the word of the Corefile that it is about. */
export function placed(error: unknown, directive: Directive): unknown {
  if (!(error instanceof MissingManifests)) return error;
  const paths = directive.body.filter(({ name }) => name.text === "manifests");
  const token = paths.flatMap(({ args }) => args)[error.index] ?? directive.name;
  return tokenError(token, error.message);
}

/**
 * Where the cluster's objects come from. Nothing is read before it is started.
 * @throws {CorefileError} if the ranges of addresses do not fit together.
 */
export function makeSource(
  options: ClusterOptions,
  selection: Selection,
  context: PluginContext,
): ClusterSource {
  return options.manifests.length > 0
    ? manifestsOf(options, selection, context)
    : apiServerOf(options, selection, context);
}

function manifestsOf(
  { manifests, serviceCidrs = [] }: ClusterOptions,
  selection: Selection,
  context: PluginContext,
): ClusterSource {
  try {
    return manifestsSource({
      paths: manifests.map((path) => configPath(path, context.settings, context.directive)),
      // Also namespaces that are not shown are read: the Service that this server itself is
      // reached by may be in one of them, and is named in NS records.
      selection: { ...selection, namespaces: [] },
      log: context.log,
      ...(serviceCidrs.length > 0 ? { serviceCidrs } : {}),
    });
  } catch (error) {
    throw context.directive.error(reasonOf(error));
  }
}

function apiServerOf(
  options: ClusterOptions,
  selection: Selection,
  { settings, directive, log, metrics }: PluginContext,
): ApiSource {
  const { endpoint, tls, kubeconfig, qps, burst, maxInflight } = options.api;
  const at = (path: string): string => configPath(path, settings, directive);
  return new ApiSource({
    access: makeAccess({
      endpoint,
      tls: tls && { certificate: at(tls.certificate), key: at(tls.key), ca: at(tls.ca) },
      kubeconfig: kubeconfig && {
        path: joinKubeconfig(splitKubeconfig(kubeconfig.path).map(expandHome).map(at)),
        context: kubeconfig.context,
      },
    }),
    selection,
    limits: { qps, burst, maxInflight },
    log,
    metrics,
  });
}
