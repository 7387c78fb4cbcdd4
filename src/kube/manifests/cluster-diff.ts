import { isDeepStrictEqual } from "node:util";
import type { ClusterObject, ClusterSink } from "../cluster-source.ts";
import { manifestKey } from "./manifest.ts";

/** Tells a sink what is new, changed or gone between one state of a cluster and the next. */
export class ClusterDiff {
  #told = new Map<string, ClusterObject>();

  /** What has been told of. */
  get told(): Iterable<ClusterObject> {
    return this.#told.values();
  }

  /** @returns how many objects the sink was told of */
  tell(sink: ClusterSink, objects: readonly ClusterObject[]): number {
    const next = new Map(objects.map((object) => [manifestKey(object), object]));
    const gone = [...this.#told].filter(([key]) => !next.has(key));
    // An address may pass from what goes to what comes.
    for (const [, { kind, namespace, name }] of gone) sink.remove(kind, { namespace, name });
    const changed = [...next].filter(([key, object]) => !isSame(object, this.#told.get(key)));
    for (const [, object] of changed) sink.upsert(object);
    this.#told = next;
    return gone.length + changed.length;
  }
}

function isSame(object: ClusterObject, told: ClusterObject | undefined): boolean {
  return object === told || isDeepStrictEqual(object, told);
}
