import {
  HELM_VERSIONS,
  findEtcd,
  findHelm,
  findKubeApiServer,
  findKubectl,
  findKubelet,
  findKustomize,
  findRecentEtcd,
} from "./binaries.ts";

/** Finds, and if need be builds, the programs before any test waits for them. */
export function setup(): void {
  for (const find of [findKubeApiServer, findEtcd, findRecentEtcd]) find();
  for (const find of [findKustomize, findKubectl, findKubelet]) find();
  for (const version of HELM_VERSIONS) findHelm(version);
}
