import { findEtcd, findKubeApiServer, findRecentEtcd } from "./binaries.ts";

/** Finds, and if need be builds, the programs before any test waits for them. */
export function setup(): void {
  for (const find of [findKubeApiServer, findEtcd, findRecentEtcd]) find();
}
