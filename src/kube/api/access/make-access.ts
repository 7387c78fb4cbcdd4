import { homedir } from "node:os";
import { join } from "node:path";
import type { ApiAccess } from "../access.ts";
import type { TlsFiles } from "./endpoint-access.ts";
import { EndpointAccess } from "./endpoint-access.ts";
import { InClusterAccess } from "./in-cluster.ts";
import { KubeconfigAccess } from "./kubeconfig-access.ts";

/** How an API server is reached; without any of it by the pod's service account. */
export interface AccessOptions {
  readonly endpoint?: URL | undefined;
  /** Has a meaning with `endpoint` only. */
  readonly tls?: TlsFiles | undefined;
  readonly kubeconfig?:
    | { readonly path: string; readonly context?: string | undefined }
    | undefined;
}

/** Reads nothing yet. Paths are taken as they are. */
export function makeAccess({ endpoint, tls, kubeconfig }: AccessOptions): ApiAccess {
  if (kubeconfig) return new KubeconfigAccess(kubeconfig);
  if (endpoint) return new EndpointAccess(endpoint, tls);
  return new InClusterAccess();
}

/**
 * Puts the user's home in place of a leading `~/`, which a shell would have done on a command
 * line. A folder of that name is meant by `./~/`.
 */
export function expandHome(path: string): string {
  return path.startsWith("~/") ? join(homedir(), path.slice(2)) : path;
}
