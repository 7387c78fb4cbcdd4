import { resolve } from "node:path";
import { kubeconfigOfUser } from "../../kube/api/access/kubeconfig-files.ts";
import type { Arguments } from "../arguments.ts";

const NAMESPACE = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

export type DevOptions = {
  /** Undefined for all. */
  readonly namespace: string | undefined;
  /** Where the admin socket is to be, as `-admin` says it. */
  readonly admin: string | undefined;
  /** Whether the system's resolver is to be set up, for as long as it runs. */
  readonly isStubWanted: boolean;
} & DevWanted;

type DevWanted =
  | { readonly manifests: string }
  /** No contexts for the current one. */
  | { readonly kubeconfig: string; readonly contexts: readonly string[] };

/**
 * Reads what `portolan dev` is given.
 * @throws {TypeError} if it makes no sense, or there is no kubeconfig
 */
export function parseDevOptions(
  { values, lists, switches }: Arguments,
  env: NodeJS.ProcessEnv = process.env,
): DevOptions {
  const namespace = values.get("namespace");
  if (namespace !== undefined && !NAMESPACE.test(namespace)) {
    throw new TypeError(`Cannot serve namespace "${namespace}": not a label of DNS`);
  }
  const common = { namespace, admin: values.get("admin"), isStubWanted: switches.has("stub") };
  const manifests = values.get("manifests");
  const contexts = lists.get("context") ?? [];
  if (manifests !== undefined) {
    if (contexts.length === 0) return { ...common, manifests: resolve(manifests) };
    throw new TypeError("Cannot serve manifests of a context: leave out -context or -manifests");
  }
  const kubeconfig = kubeconfigOfUser(env);
  if (kubeconfig !== undefined) return { ...common, kubeconfig, contexts };
  throw new TypeError(
    'Cannot find a cluster: KUBECONFIG is not set, and there is no "~/.kube/config"; set it, or serve a folder by -manifests',
  );
}
