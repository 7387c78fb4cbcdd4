import { randomInt } from "node:crypto";
import type { Readable } from "node:stream";
import type { ClusterSink, Kind } from "../cluster-source.ts";
import type { ApiClient } from "./api-client.ts";
import { ApiError } from "./api-error.ts";
import type { ApiMetrics } from "./api-metrics.ts";
import { Backoff, CALM_MS } from "./backoff.ts";
import { carefulSink } from "./careful-sink.ts";
import type { UnreadableEvent, WatchEvent } from "./decode/watch-event.ts";
import { WatchReader } from "./decode/watch-reader.ts";
import { KeyLedger } from "./key-ledger.ts";
import { listPages } from "./list-pages.ts";
import { readChunks, SilenceError } from "./read-body.ts";
import {
  CONNECTION,
  CREDENTIALS,
  explain,
  planRecovery,
  subjectOf,
  summarize,
} from "./recovery.ts";
import type { Resource } from "./resource.ts";
import { requestPath } from "./resource.ts";
import { isOlderVersion } from "./resource-version.ts";
import { ResyncTimer } from "./resync-timer.ts";
import type { TroubleLog } from "./trouble-log.ts";
import { delay } from "./delay.ts";

/** A watch ends after a random time between these, and begins again: so load stays spread. */
const WATCH_SECONDS: readonly [number, number] = [300, 600];
/** Servers end a watch a little early or late. */
const ON_TIME_MS = 5_000;
/** A kind that the server does not have may come with a CRD. */
const ABSENT_MS = 30_000;
/** Bookmarks come each minute: a watch that is silent for longer than this is dead. */
const IDLE_MS = 150_000;
/** While all objects are being read there is no reason for silence. */
const INITIAL_IDLE_MS = 15_000;
/** All objects are read anew after so long, in case something was lost without a trace. */
const RELIST_AFTER_MS: readonly [number, number] = [45 * 60_000, 75 * 60_000];

export interface ReflectorOptions {
  readonly resource: Resource;
  readonly client: ApiClient;
  readonly sink: Pick<ClusterSink, "upsert" | "remove">;
  /** Called once, when all objects have been told of for the first time. */
  readonly onSynced: () => void;
  readonly metrics: ApiMetrics;
  readonly troubles: TroubleLog;
}

/** Keeps a sink equal to what an API server has of one resource. No error ever ends it. */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #sink: ReflectorOptions["sink"];
  readonly #ledger = new KeyLedger();
  readonly #backoff = new Backoff();
  readonly #resync = new ResyncTimer(() => this.#interrupt("resync"));
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #isSynced = false;
  /** Whether all objects have to be read, before changes are. */
  #needsRelist = true;
  /** Where changes go on. */
  #resourceVersion = "";
  /** Whether all objects are being read by the watch at work. */
  #isInitial = false;
  #relistDueMs = Number.POSITIVE_INFINITY;
  /** Whether the server streams the objects it has (WatchList, KEP-3157). */
  #usesWatchList = true;
  #body: Readable | undefined;
  /** Why the request under way was given up, if it was. */
  #interruption: string | undefined;
  #unreadable = 0;
  /** Whether a namespace that may not be read is taken to be there. */
  #isAssumed = false;
  /** The version of the API at which the server has the resource, as far as is known. */
  #versionAt = 0;
  #isConnected = false;
  /** When anything of this resource came, on the monotonic clock; before that, when it was begun. */
  #heardMs = performance.now();

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#sink = carefulSink(options.sink, (key, reason) => this.#leaveOut({ key, reason }));
  }

  /** What it watches: "services". */
  get name(): string {
    return this.#options.resource.name;
  }

  get kind(): Kind {
    return this.#options.resource.kind;
  }

  /** Whether the server tells of it: from an answer until the connection, or the right to ask, is lost. */
  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Time since the server sent anything of it, bookmarks included. */
  get silentMs(): number {
    return performance.now() - this.#heardMs;
  }

  /** Objects there are. */
  get size(): number {
    return this.#ledger.size;
  }

  start(): void {
    this.#heardMs = performance.now();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.#resync.clear();
    this.#body?.destroy();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      const beganMs = performance.now();
      this.#interruption = undefined;
      this.#isInitial = false;
      try {
        await this.#follow();
      } catch (error) {
        if (signal.aborted) return;
        if (performance.now() - beganMs > CALM_MS) this.#backoff.reset();
        await this.#recover(error);
      }
    }
  }

  /** One request and its response: the objects there are, or the changes from a version on. */
  async #follow(): Promise<void> {
    const { client } = this.#options;
    if (performance.now() > this.#relistDueMs) this.#needsRelist = true;
    if (!this.#needsRelist) return this.#watch({ resourceVersion: this.#resourceVersion });
    // No API server compresses a stream, and there is much of it at a time.
    if (!this.#usesWatchList || (await client.isFar())) return this.#list();
    try {
      await this.#watch({ sendInitialEvents: "true", resourceVersionMatch: "NotOlderThan" });
    } catch (error) {
      if (!this.#cannotStream(error)) throw error;
      this.#usesWatchList = false;
    }
  }

  /**
   * A server may refuse to stream the objects it has, begin and then find that its etcd is too old,
   * or know nothing of it and wait for changes. A plain list works everywhere.
   */
  #cannotStream(error: unknown): boolean {
    if (error instanceof SilenceError) return this.#isInitial;
    if (!(error instanceof ApiError)) return false;
    return error.isUnsupported || (this.#isInitial && !error.isExpired);
  }

  async #list(): Promise<void> {
    const { client } = this.#options;
    this.#beginRelist();
    const version = await listPages(client, this.#resource, (event) => this.#apply(event));
    this.#endRelist(version);
  }

  async #watch(parameters: Readonly<Record<string, string>>): Promise<void> {
    const { client } = this.#options;
    const seconds = randomInt(...WATCH_SECONDS);
    const common = { watch: "1", allowWatchBookmarks: "true", timeoutSeconds: `${seconds}` };
    const path = requestPath(this.#resource, { ...common, ...parameters });
    const beganMs = performance.now();
    const { body, contentType } = await client.get(path);
    this.#hear();
    this.#body = body;
    if (this.#stop.signal.aborted || this.#interruption !== undefined) body.destroy();
    if (this.#needsRelist) this.#beginRelist();
    else this.#goesOn();
    await this.#read(body, contentType);
    if (performance.now() - beganMs < seconds * 1_000 - ON_TIME_MS) {
      throw new Error("the watch was closed before its time");
    }
    this.#restarted("timeout");
  }

  async #read(body: Readable, contentType: string): Promise<void> {
    const { kind, keptLabels } = this.#options.resource;
    const reader = new WatchReader(kind, contentType, keptLabels);
    let isBroken = false;
    const breakOff = (error: Error): void => {
      isBroken = true;
      body.destroy(error);
    };
    const onEvent = (event: WatchEvent): void => {
      // What is left of a chunk after an event that ends the watch counts for nothing.
      if (isBroken || this.#interruption !== undefined || this.#stop.signal.aborted) return;
      if (event.type === "ERROR") breakOff(new ApiError(event.status.code || 500, event.status));
      else this.#apply(event);
    };
    const idleMs = (): number => (this.#isInitial ? INITIAL_IDLE_MS : IDLE_MS);
    await readChunks(body, idleMs, (chunk) => {
      this.#hear();
      try {
        reader.push(chunk, onEvent);
      } catch (error) {
        breakOff(error as Error);
      }
    });
    reader.end();
  }

  #apply(event: Exclude<WatchEvent, { type: "ERROR" }>): void {
    switch (event.type) {
      case "PUT":
        this.#ledger.see(event.object);
        this.#sink.upsert(event.object);
        break;
      case "DELETED":
        this.#ledger.forget(event.key);
        this.#sink.remove(event.kind, event.key);
        break;
      case "UNREADABLE":
        this.#leaveOut(event);
        break;
      case "BOOKMARK":
        if (event.endsInitialEvents) return this.#endRelist(event.resourceVersion);
    }
    if (!this.#isInitial) this.#advance(event.resourceVersion);
  }

  /** A version that runs backwards is another history: an etcd that was restored. */
  #advance(version: string): void {
    if (isOlderVersion(version, this.#resourceVersion)) return this.#interrupt("history");
    if (version !== "") this.#resourceVersion = version;
  }

  #leaveOut({ key, reason }: Pick<UnreadableEvent, "key" | "reason">): void {
    const { resource, metrics, troubles } = this.#options;
    if (key) this.#ledger.keep(key);
    this.#unreadable++;
    metrics.unreadable.with(resource.kind).value++;
    const name = key ? `"${key.namespace}/${key.name}"` : "one without a name";
    const cause = `Cannot read all of the ${resource.name}`;
    const detail = `${name} is left out: ${reason}`;
    troubles.tell(this.#unreadableSubject, { cause, summary: cause, detail });
    this.#resync.scheduleRepair();
  }

  #beginRelist(): void {
    this.#isInitial = true;
    this.#unreadable = 0;
    this.#ledger.beginRound();
  }

  /** @param version "" where the server gives none: a watch then begins with what is there */
  #endRelist(version: string): void {
    const { resource, metrics, troubles, onSynced } = this.#options;
    this.#ledger.endRound((key) => this.#sink.remove(resource.kind, key));
    this.#isInitial = false;
    this.#needsRelist = false;
    this.#hear();
    this.#resourceVersion = version;
    this.#relistDueMs = performance.now() + randomInt(...RELIST_AFTER_MS);
    metrics.relists.with(resource.kind).value++;
    this.#resync.relisted(this.#unreadable === 0);
    if (this.#unreadable === 0) {
      troubles.over(this.#unreadableSubject, `All of the ${resource.name} can be read again`);
    }
    this.#goesOn();
    if (this.#isSynced) return;
    this.#isSynced = true;
    onSynced();
  }

  #hear(): void {
    this.#isConnected = true;
    this.#heardMs = performance.now();
  }

  #goesOn(): void {
    const { troubles, resource } = this.#options;
    troubles.over(CONNECTION, "Connected to the API server again");
    troubles.over(CREDENTIALS, "The API server knows who asks again");
    troubles.over(resource.path, `Watching ${resource.name} again`);
    this.#resync.watching();
  }

  async #recover(error: unknown): Promise<void> {
    if (this.#options.resource.isOptional && error instanceof ApiError && error.status === 404) {
      return this.#beWithout();
    }
    if (this.#mayAssume(error)) return this.#assume();
    const recovery = planRecovery(error, this.#isSynced, this.#interruption);
    this.#restarted(recovery.reason);
    // Whoever gives a watch up by itself is still connected.
    if (this.#interruption === undefined) this.#isConnected = false;
    if (recovery.relist) this.#needsRelist = true;
    if (recovery.isSuspect) this.#resync.suspect();
    if (recovery.capMs === 0) return this.#tell(error, "the next attempt follows soon");
    const delayMs = recovery.floorMs + this.#backoff.nextMs(recovery.capMs);
    // Connections end now and then; the second time in a row is worth a word.
    if (recovery.isWorthTelling || this.#backoff.failures > 1) {
      this.#tell(error, `the next attempt in ${(delayMs / 1_000).toFixed(1)} s`);
    }
    await delay(delayMs, this.#stop.signal);
  }

  /** As the resource is called in the version that is asked for. */
  get #resource(): Resource {
    const { resource } = this.#options;
    const path = [resource.path, ...resource.otherPaths][this.#versionAt];
    return path === undefined || this.#versionAt === 0 ? resource : { ...resource, path };
  }

  /** The server does not have this version; without any other there are no such objects, for the time being. */
  async #beWithout(): Promise<void> {
    const { otherPaths } = this.#options.resource;
    this.#versionAt = (this.#versionAt + 1) % (otherPaths.length + 1);
    this.#needsRelist = true;
    this.#usesWatchList = true;
    if (this.#versionAt !== 0) return;
    this.#beginRelist();
    this.#endRelist("");
    this.#needsRelist = true;
    await delay(ABSENT_MS, this.#stop.signal);
  }

  /** Rights in a namespace are none to read the namespace itself, which somebody has named. */
  #mayAssume(error: unknown): boolean {
    const { kind, namespace } = this.#options.resource;
    const isNamed = kind === "Namespace" && namespace !== "";
    const isRefused = error instanceof ApiError && error.status === 403;
    return isNamed && isRefused && (!this.#isSynced || this.#isAssumed);
  }

  /** A list that can be read later says how it is. */
  async #assume(): Promise<void> {
    if (!this.#isAssumed) {
      const name = this.#options.resource.namespace;
      this.#isAssumed = true;
      this.#beginRelist();
      this.#apply({
        type: "PUT",
        object: { kind: "Namespace", namespace: "", name },
        resourceVersion: "",
      });
      this.#endRelist("");
    }
    this.#needsRelist = true;
    await delay(ABSENT_MS, this.#stop.signal);
  }

  #tell(error: unknown, detail: string): void {
    const { resource, client, troubles } = this.#options;
    troubles.tell(subjectOf(error, resource), {
      cause: explain(error, resource, client),
      summary: summarize(error, resource),
      detail,
    });
  }

  /** Gives the watch at work up to read everything anew. */
  #interrupt(reason: string): void {
    this.#interruption = reason;
    this.#needsRelist = true;
    this.#body?.destroy();
  }

  #restarted(reason: string): void {
    const { metrics, resource } = this.#options;
    metrics.restarts.with(resource.kind, reason).value++;
  }

  get #unreadableSubject(): string {
    return `${this.#options.resource.path} unreadable`;
  }
}
