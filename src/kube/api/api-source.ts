import type { Logger } from "../../observe/log.ts";
import type { Metrics } from "../../observe/metrics.ts";
import type { ClusterSink, ClusterSource, Contact, Kind, Selection } from "../cluster-source.ts";
import type { PodDialer } from "../pod-port.ts";
import type { RawRead, RawWanted } from "../raw-objects.ts";
import { rawFailure } from "../raw-objects.ts";
import type { ApiAccess } from "./access.ts";
import { ApiClient } from "./api-client.ts";
import { ApiMetrics } from "./api-metrics.ts";
import { ObjectReader } from "./object-reader.ts";
import type { RateLimits } from "./rate-limiter.ts";
import { Reflector } from "./reflector.ts";
import type { Resource } from "./resource.ts";
import { resourcesOf } from "./resource.ts";
import { TroubleLog } from "./trouble-log.ts";

/** Enough for the pages of a large list; a server in trouble is spared by delays that grow. */
const DEFAULT_QPS = 50;
const DEFAULT_BURST = 100;

export interface ApiSourceOptions {
  readonly access: ApiAccess;
  readonly selection: Selection;
  /** 0 for the default. */
  readonly limits: RateLimits;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** A cluster as its API server tells of it, for as long as it runs. */
export class ApiSource implements ClusterSource {
  readonly #options: ApiSourceOptions;
  readonly #troubles: TroubleLog;
  #client: ApiClient | undefined;
  #reader: ObjectReader | undefined;
  #reflectors: readonly Reflector[] = [];

  constructor(options: ApiSourceOptions) {
    this.#options = options;
    this.#troubles = new TroubleLog(options.log);
  }

  /** Why not everything is known yet, or not up to date. */
  get trouble(): string | undefined {
    return this.#troubles.current;
  }

  /** Of several watches of a kind, the one that is worst off counts. */
  contact(kind: Kind): Contact | undefined {
    const own = this.#reflectors.filter((reflector) => reflector.kind === kind);
    if (own.length === 0) return undefined;
    return {
      isConnected: own.every(({ isConnected }) => isConnected),
      silentMs: Math.max(...own.map(({ silentMs }) => silentMs)),
    };
  }

  async read(wanted: RawWanted, deadlineMs: number): Promise<RawRead> {
    const read = await this.#reader?.read(wanted, deadlineMs);
    if (!read) return rawFailure("away", "the API server has not been asked yet");
    // Whoever waits for a connection is not told why there is none.
    const { trouble } = this;
    const isLate = read.failure?.code === "late" && trouble !== undefined;
    return isLate ? rawFailure("away", `${read.failure.text}: ${trouble}`) : read;
  }

  /** What they stand on is loaded for those who want it only. */
  async dialer(): Promise<PodDialer> {
    const client = this.#client;
    if (!client) throw new Error("Cannot connect to Pods: the API server has not been asked yet");
    const { openPodConnection } = await import("./pod-connection.ts");
    return (to) => openPodConnection(client, to);
  }

  start(sink: ClusterSink): Promise<void> {
    const { selection, access, metrics: registry } = this.#options;
    const resources = resourcesOf(selection);
    const metrics = new ApiMetrics(registry);
    const unsynced = countByKind(resources);
    const limits = limitsOf(this.#options.limits, resources.length);
    const client = new ApiClient({ access, limits, metrics, isSynced: () => unsynced.size === 0 });
    this.#client = client;
    this.#reader = new ObjectReader(client);
    const beganMs = performance.now();
    this.#reflectors = resources.map((resource) => {
      const onSynced = (): void => {
        countDown(unsynced, resource.kind, sink);
        if (unsynced.size === 0) this.#tellOfSync(beganMs);
      };
      return new Reflector({ resource, client, sink, onSynced, metrics, troubles: this.#troubles });
    });
    for (const reflector of this.#reflectors) reflector.start();
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    const stopped = this.#reflectors.map((reflector) => reflector.stop());
    // Whoever waits for an answer need not any more.
    this.#client?.close();
    await Promise.all(stopped);
  }

  #tellOfSync(beganMs: number): void {
    const { log, access } = this.#options;
    const seconds = ((performance.now() - beganMs) / 1_000).toFixed(2);
    const what = summarize(this.#reflectors);
    log.info(`Watching the API server of ${access.description}: ${what}, read in ${seconds} s`);
  }
}

/** Objects of each kind, as people count them: "12 services, 14 endpointslices". */
function summarize(reflectors: readonly Reflector[]): string {
  const counts = new Map<string, number>();
  for (const { name, size } of reflectors) counts.set(name, (counts.get(name) ?? 0) + size);
  return Array.from(counts, ([name, count]) => `${count} ${name}`).join(", ");
}

/** A kind is known when each of its watches has told of everything. */
function countByKind(resources: readonly Resource[]): Map<Kind, number> {
  const counts = new Map<Kind, number>();
  for (const { kind } of resources) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

function countDown(unsynced: Map<Kind, number>, kind: Kind, sink: ClusterSink): void {
  const left = (unsynced.get(kind) ?? 0) - 1;
  if (left > 0) {
    unsynced.set(kind, left);
  } else {
    unsynced.delete(kind);
    sink.synced(kind);
  }
}

/** At the start each watch may be asked for at once. */
function limitsOf({ qps, burst, maxInflight }: RateLimits, watches: number): RateLimits {
  return {
    qps: qps === 0 ? DEFAULT_QPS : qps,
    burst: burst === 0 ? Math.max(DEFAULT_BURST, 2 * watches) : burst,
    maxInflight,
  };
}
