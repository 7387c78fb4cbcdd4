import type {
  ClusterObject,
  ClusterStore,
  ClusterSource,
  EndpointSlice,
  Kind,
  ObjectKey,
  Service,
} from "../../kube/cluster-source.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ProgrammingSeconds, ServiceKind, ShownState } from "./metrics.ts";
import { programmingSeconds, showState } from "./metrics.ts";

interface RecordedWorld {
  readonly source: Pick<ClusterSource, "contact">;
  readonly now: () => number;
  /** Is told of each object that the index has now. */
  readonly onUpsert?: (object: ClusterObject) => void;
}

/** Takes note of what a source tells an index, and when: for the metrics. */
export class EventRecorder implements ClusterStore, ShownState {
  readonly index: ClusterIndex;
  readonly source: Pick<ClusterSource, "contact">;
  readonly now: () => number;
  readonly lastEventMs = new Map<Kind, number>();
  readonly #metrics: Metrics;
  readonly #onUpsert: RecordedWorld["onUpsert"];
  readonly #programmingSeconds: ProgrammingSeconds;
  #close: (() => void) | undefined;

  /** @param world the source that tells, and the Unix time in milliseconds */
  constructor(index: ClusterIndex, metrics: Metrics, world: RecordedWorld) {
    const { source, now } = world;
    this.index = index;
    this.source = source;
    this.now = now;
    this.#metrics = metrics;
    this.#onUpsert = world.onUpsert;
    this.#programmingSeconds = programmingSeconds(metrics);
  }

  /** Shows the index in the metrics. */
  open(): void {
    this.#close ??= showState(this.#metrics, this);
  }

  close(): void {
    this.#close?.();
    this.#close = undefined;
  }

  get version(): object {
    return this.index.version;
  }

  objects(): Iterable<ClusterObject> {
    return this.index.objects();
  }

  upsert(object: ClusterObject): void {
    const { whole } = this.index;
    this.index.upsert(object);
    this.#onUpsert?.(object);
    this.lastEventMs.set(object.kind, this.now());
    // A slice that is told of again as it was, after a gap in the watch, is no change.
    if (object.kind === "EndpointSlice" && this.index.whole !== whole) this.#observe(object);
  }

  remove(kind: Kind, key: ObjectKey): void {
    this.index.remove(kind, key);
    this.lastEventMs.set(kind, this.now());
  }

  restored(kind: Kind, savedAtMs: number): void {
    // Those before were no events, but objects of a snapshot.
    this.lastEventMs.delete(kind);
    this.index.restored(kind, savedAtMs);
  }

  synced(kind: Kind): void {
    this.index.synced(kind);
  }

  /** As in CoreDNS, a slice counts if its writer says when the cause was, and its Service is known. */
  #observe({ triggeredAtMs, namespace, serviceName }: EndpointSlice): void {
    if (triggeredAtMs === undefined || !this.index.state.hasSynced("EndpointSlice")) return;
    const service = this.index.service({ namespace, name: serviceName });
    if (!service) return;
    // The writer's clock may be ahead of ours.
    const seconds = Math.max(0, this.now() - triggeredAtMs) / 1_000;
    this.#programmingSeconds[kindOf(service)].observe(seconds);
  }
}

function kindOf({ headless, hasSelector }: Service): ServiceKind {
  if (!headless) return "cluster_ip";
  return hasSelector === false ? "headless_without_selector" : "headless_with_selector";
}
