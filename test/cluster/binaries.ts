import { existsSync } from "node:fs";
import { join } from "node:path";
import { findProgram } from "../bench/find-program.ts";
import { builtProgram } from "./go-module.ts";

/** Of kube-apiserver: the folder that KUBEBUILDER_ASSETS names, as other projects' suites do, or a build. */
export function findKubeApiServer(): string {
  return findAsset("kube-apiserver") ?? builtProgram("kube-apiserver", "control-plane");
}

/**
 * The system's etcd. Debian's, 3.4, is too old for the API server to stream lists.
 * @throws {Error} that says what to install
 */
export function findEtcd(): string {
  const path = findAsset("etcd") ?? findProgram("etcd");
  if (path !== undefined) return path;
  throw new Error(
    'Cannot find "etcd": neither in KUBEBUILDER_ASSETS nor in PATH; install Debian\'s etcd-server',
  );
}

/** An etcd as clusters of today have it: the API server streams lists (WatchList). */
export function findRecentEtcd(): string {
  return builtProgram("etcd", "etcd");
}

/** Always a build, so that what is rendered does not depend on the machine. */
export function findKustomize(): string {
  return builtProgram("kustomize", "tools", "sigs.k8s.io/kustomize/kustomize/v5");
}

/** Both are in use; they differ in how they change what is there already. */
export const HELM_VERSIONS = [4, 3] as const;
export type HelmVersion = (typeof HELM_VERSIONS)[number];

/** As `findKustomize`. */
export function findHelm(version: HelmVersion = 4): string {
  if (version === 3) return builtProgram("helm3", "helm3", "helm.sh/helm/v3/cmd/helm");
  return builtProgram("helm", "tools", "helm.sh/helm/v4/cmd/helm");
}

/** As `findKustomize`: Debian has one of another version, or none. */
export function findKubectl(): string {
  return builtProgram("kubectl", "kubectl");
}

/** Forwards ports to what stands for Pods. */
export function findKubelet(): string {
  return builtProgram("kubelet", "kubelet");
}

function findAsset(name: string): string | undefined {
  const folder = process.env["KUBEBUILDER_ASSETS"] ?? "";
  const path = join(folder, name);
  return folder !== "" && existsSync(path) ? path : undefined;
}
