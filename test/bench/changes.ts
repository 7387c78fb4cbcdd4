import type { Cluster, NamedAddress } from "./cluster.ts";
import { changedService } from "./cluster.ts";
import type { StaticKubernetesApi } from "./kubernetes-api.ts";

/** Often enough for changes to come one by one, and seldom enough not to disturb the load generator. */
const TICK_MS = 20;
/** Changes that are remembered. */
const RECENT = 20;

/** Gives Services other addresses at a steady rate, one after the other, until it is stopped. */
export class ClusterChanges {
  readonly #cluster: Cluster;
  readonly #api: Pick<StaticKubernetesApi, "changeService">;
  readonly #perSecond: number;
  #timer: NodeJS.Timeout | undefined;
  #startMs = 0;
  #sinceStart = 0;
  #total = 0;
  readonly #recent: NamedAddress[] = [];

  constructor(
    cluster: Cluster,
    api: Pick<StaticKubernetesApi, "changeService">,
    perSecond: number,
  ) {
    this.#cluster = cluster;
    this.#api = api;
    this.#perSecond = perSecond;
  }

  start(nowMs: number = performance.now()): void {
    this.#startMs = nowMs;
    this.#sinceStart = 0;
    this.#timer = setInterval(() => this.advance(performance.now()), TICK_MS);
  }

  /** @returns what the Services that changed last must resolve to from now on */
  stop(): readonly NamedAddress[] {
    clearInterval(this.#timer);
    return this.#recent;
  }

  /** Makes the changes that are due at this time. */
  advance(nowMs: number): void {
    const due = Math.floor(((nowMs - this.#startMs) * this.#perSecond) / 1000);
    for (; this.#sinceStart < due; this.#sinceStart++) this.#changeNext();
  }

  #changeNext(): void {
    const services = this.#cluster.services.length;
    const isBack = Math.floor(this.#total / services) % 2 === 1;
    const { service, expected } = changedService(this.#total % services, services, isBack ? 0 : 1);
    this.#api.changeService(service);
    this.#recent.push(expected);
    if (this.#recent.length > Math.min(RECENT, services)) this.#recent.shift();
    this.#total++;
  }
}
