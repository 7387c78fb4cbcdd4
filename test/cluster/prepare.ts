import {
  findEtcd,
  findHelm,
  findKubeApiServer,
  findKubectl,
  findKubelet,
  findKustomize,
  findPromqlCheck,
  findRecentEtcd,
} from "./binaries.ts";

/** Finds, and if need be builds, the programs before any test waits for them. */
export function setup(): void {
  for (const find of [findKubeApiServer, findEtcd, findRecentEtcd]) find();
  for (const find of [findKustomize, findHelm, findKubectl, findKubelet, findPromqlCheck]) find();
}
