import type { Logger } from "../../observe/log.ts";
import type { Cell, Metrics } from "../../observe/metrics.ts";
import type { ClusterSink, ClusterSource, ClusterStore, Contact, Kind } from "../cluster-source.ts";
import type { PodDialer } from "../pod-port.ts";
import type { RawRead, RawWanted } from "../raw-objects.ts";
import { rawFailure } from "../raw-objects.ts";
import { formatTime, makeHeader } from "./format.ts";
import { readSnapshot } from "./read-snapshot.ts";
import { Unconfirmed } from "./unconfirmed.ts";
import { fileIdentity, writeSnapshot } from "./write-snapshot.ts";

/** The file is written no more often, and only if something has changed. */
export const WRITE_INTERVAL_MS = 30_000;

export interface SnapshotOptions {
  readonly path: string;
  /** Where the objects come from. */
  readonly source: ClusterSource;
  /** Kinds that the source tells of. */
  readonly kinds: readonly Kind[];
  /** Digest of what the objects are chosen by, and of the cluster. */
  readonly selection: string;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Unix time in milliseconds. */
  readonly now: () => number;
}

/**
 * A source that remembers: what the store knows it writes to a file now and then, and after a
 * restart the store has that at once. As soon as the real source has told of all objects of a
 * kind, those of the file that it has not told of are removed.
 */
export class SnapshotSource implements ClusterSource<ClusterStore> {
  readonly #options: SnapshotOptions;
  readonly #metrics: SnapshotMetrics;
  readonly #unsynced: Set<Kind>;
  #store: ClusterStore | undefined;
  #restored: Restored | undefined;
  /** The state that is in the file. */
  #savedVersion: object | undefined;
  /** The file that was read or written last. */
  #identity = "";
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lastFailure = "";

  constructor(options: SnapshotOptions) {
    this.#options = options;
    this.#metrics = snapshotMetrics(options.metrics);
    this.#unsynced = new Set(options.kinds);
  }

  get trouble(): string | undefined {
    return this.#options.source.trouble;
  }

  check(): Promise<void> {
    return this.#options.source.check?.() ?? Promise.resolve();
  }

  contact(kind: Kind): Contact | undefined {
    return this.#options.source.contact?.(kind);
  }

  /** The real source is looked at, not the file. */
  read(wanted: RawWanted, deadlineMs: number): Promise<RawRead> {
    const read = this.#options.source.read?.(wanted, deadlineMs);
    return read ?? Promise.resolve(rawFailure("failed", "the source cannot be looked at"));
  }

  dialer(): Promise<PodDialer> {
    const dialer = this.#options.source.dialer?.();
    return dialer ?? Promise.reject(new Error("Cannot connect to Pods: the source has none"));
  }

  async start(store: ClusterStore): Promise<void> {
    this.#store = store;
    await this.#restore(store);
    this.#timer = setInterval(() => void this.save(), WRITE_INTERVAL_MS);
    this.#timer.unref();
    await this.#options.source.start(this.#sink(store));
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#options.source.stop();
    await this.#saving;
    // After a reload the file may be the next configuration's already.
    if ((await fileIdentity(this.#options.path)) === this.#identity) await this.save();
    this.#store = undefined;
  }

  /** Writes the file if the store has changed and knows everything. Never rejects. */
  save(): Promise<void> {
    this.#saving ??= this.#save().finally(() => {
      this.#saving = undefined;
    });
    return this.#saving;
  }

  async #save(): Promise<void> {
    const store = this.#store;
    if (!store || this.#unsynced.size > 0 || store.version === this.#savedVersion) return;
    const { path, selection, now } = this.#options;
    // What changes from here on is written the next time.
    const { version } = store;
    try {
      const written = await writeSnapshot(path, makeHeader(now(), selection), store.objects());
      this.#identity = written.identity;
      this.#savedVersion = version;
      this.#metrics.size.value = written.octets;
      this.#metrics.successes.value++;
      this.#lastFailure = "";
    } catch (error) {
      this.#metrics.failures.value++;
      this.#warnOnce(String(error instanceof Error ? error.message : error));
    }
  }

  #warnOnce(reason: string): void {
    // The name of the temporary file is another one each time.
    const stable = reason.replaceAll(/\.[0-9a-f]{16}\.tmp/g, "");
    if (stable === this.#lastFailure) return;
    this.#lastFailure = stable;
    this.#options.log.warn(`Cannot write snapshot "${this.#options.path}": ${stable}`);
  }

  async #restore(store: ClusterStore): Promise<void> {
    const { path, selection, kinds, log } = this.#options;
    const unconfirmed = new Unconfirmed(kinds);
    this.#identity = await fileIdentity(path);
    try {
      const snapshot = await readSnapshot(path, selection);
      if (!snapshot) return log.info(`There is no snapshot "${path}" yet`);
      for await (const object of snapshot.objects) {
        unconfirmed.add(object);
        store.upsert(object);
      }
      const { savedAtMs, count } = snapshot;
      for (const kind of kinds) store.restored(kind, savedAtMs);
      const title = `snapshot "${path}" of ${formatTime(savedAtMs)}`;
      this.#restored = { unconfirmed, title, gone: 0 };
      this.#metrics.size.value = snapshot.octets;
      log.info(`Serving the ${title} (${count} objects) until the API server has been read`);
    } catch (error) {
      for (const kind of kinds) unconfirmed.removeFrom(store, kind);
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(`Cannot use snapshot "${path}": ${reason}`);
    }
  }

  #sink(store: ClusterStore): ClusterSink {
    return {
      upsert: (object) => {
        this.#restored?.unconfirmed.confirm(object.kind, object);
        store.upsert(object);
      },
      remove: (kind, key) => {
        this.#restored?.unconfirmed.confirm(kind, key);
        store.remove(kind, key);
      },
      synced: (kind) => {
        this.#replace(kind, store);
        store.synced(kind);
        if (this.#unsynced.delete(kind) && this.#unsynced.size === 0) this.#replaced();
      },
    };
  }

  /** What the snapshot has of a kind, and nobody has told of since, is gone. */
  #replace(kind: Kind, store: ClusterStore): void {
    if (this.#restored) this.#restored.gone += this.#restored.unconfirmed.removeFrom(store, kind);
  }

  #replaced(): void {
    if (!this.#restored) return;
    const { title, gone } = this.#restored;
    this.#options.log.info(`The API server has been read in place of the ${title}: ${gone} gone`);
    this.#restored = undefined;
  }
}

interface Restored {
  readonly unconfirmed: Unconfirmed;
  /** For messages. */
  readonly title: string;
  /** Objects that there were no more. */
  gone: number;
}

interface SnapshotMetrics {
  readonly successes: Cell;
  readonly failures: Cell;
  readonly size: Cell;
}

function snapshotMetrics(metrics: Metrics): SnapshotMetrics {
  const writes = metrics.counter(
    "portolan_kubernetes_snapshot_writes_total",
    "Times that the snapshot of the cluster was written, or could not be.",
    ["result"],
  );
  const size = metrics.gauge(
    "portolan_kubernetes_snapshot_size_bytes",
    "Size of the snapshot that was read or written last.",
  );
  return {
    successes: writes.with("success"),
    failures: writes.with("failure"),
    size: size.with(),
  };
}
