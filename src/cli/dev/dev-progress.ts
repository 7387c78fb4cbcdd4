import type { ClusterState } from "../../server/contract/cluster-view.ts";

/** Namespaces, Services and EndpointSlices. */
const KINDS = 3;

/**
 * What of the clusters has been read; undefined if it is all.
 * @param objects that are known by now: they come page by page
 */
export function progressOf(
  states: readonly Pick<ClusterState, "unsynced" | "trouble">[],
  objects: number,
): string | undefined {
  const missing = states.reduce((sum, { unsynced }) => sum + unsynced.length, 0);
  if (missing === 0) return undefined;
  const all = KINDS * states.length;
  const trouble = states.find((one) => one.trouble !== undefined)?.trouble;
  const sofar = objects === 0 ? "" : `, ${objects} so far`;
  const read = `Reading the cluster: ${all - missing} of ${all} kinds of objects${sofar}`;
  return trouble === undefined ? read : `${read} (${trouble})`;
}
