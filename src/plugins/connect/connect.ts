import type { Socket } from "node:net";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { guard } from "../../observe/faults.ts";
import type { ClusterConnections } from "../../server/contract/cluster-connections.ts";
import { clusterConnections } from "../../server/contract/cluster-connections.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { RecordStream } from "../../server/contract/record-stream.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { Connector } from "./connector.ts";
import type { ConnectMetrics } from "./metrics.ts";
import { connectMetrics } from "./metrics.ts";
import type { ConnectOptions } from "./parse.ts";
import type { Destination, Place, PortFailure } from "./place.ts";
import type { PassedBy, PlacesOwner, PortChange } from "./places.ts";
import { Places } from "./places.ts";
import { noPlace, notTcp, openedWords } from "./place-words.ts";
import { portRemedy } from "./port-remedy.ts";
import { addressOf, localized, pointerReply } from "./records.ts";

const SWEEP_MS = 10_000;
/** What has been said of so many ports is not said again; with 10,000 names, some may be. */
const MAX_SAID = 1_000;

/** Gives names of the cluster addresses of this machine, on which their ports are served. */
export class Connect implements Instance, PlacesOwner {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly #options: ConnectOptions;
  readonly #context: PluginContext;
  readonly #metrics: ConnectMetrics;
  readonly #connector: Connector;
  readonly #places: Places;
  /** What has been said of ports. */
  readonly #said = new Set<string>();
  #clusters: readonly ClusterConnections[] = [];
  #ends: readonly (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isUpdateDue = false;

  constructor(options: ConnectOptions, context: PluginContext) {
    const { log } = context;
    this.#options = options;
    this.#context = context;
    this.#metrics = connectMetrics(context.metrics);
    this.#connector = new Connector({ ...options, log, metrics: this.#metrics });
    this.#places = Places.ofRange(options.range);
  }

  connect(): void {
    const { directive } = this.#context;
    this.#clusters = this.#context.offered(clusterConnections).map(({ value }) => value);
    if (this.#clusters.length === 0) {
      throw directive.error('nothing to connect to: add "kubernetes" to the server block');
    }
    for (const cluster of this.#clusters) {
      const obstacle = cluster.begin();
      if (obstacle !== undefined) throw directive.error(`cannot connect to Pods: ${obstacle}`);
    }
  }

  serve(query: Query, next: Next): Result {
    const pointer = pointerReply(query, this.#options.range, this.#places);
    if (pointer) return pointer;
    const result = next(query);
    if (!this.#isOfCluster(query.qname)) return result;
    return this.#localize(query, result, next);
  }

  serving(): void {
    this.#places.adopt(this);
    this.#ends = this.#clusters.map((cluster) => cluster.onChange(() => this.#updateSoon()));
    const sweep = (): void => {
      this.#places.closeIdle(performance.now() - this.#options.idleMs);
      this.#metrics.names.value = this.#places.size;
    };
    this.#timer = setInterval(guard("closing idle names of the cluster", sweep), SWEEP_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    for (const end of this.#ends) end();
    this.#places.leave(this);
  }

  onConnection(place: Place, port: number, socket: Socket): void {
    void this.#connector.lead(place, port, socket);
  }

  onFailure({ name, address }: Place, { port, code }: PortFailure): void {
    const remedy = portRemedy({ code, port, address, range: this.#options.range.text });
    this.#sayOnce(`Cannot open port ${port} of "${name}" on ${address}: ${remedy}`);
  }

  onPassedBy({ name, address }: Place, passedBy: PassedBy): void {
    const whose = `another program has port ${passedBy.port} of ${passedBy.address}`;
    this.#context.log.info(`"${name}" is on ${address} this time: ${whose}`);
  }

  onChange({ name }: Place, { opened, closed }: PortChange): void {
    const { log } = this.#context;
    for (const port of closed) {
      log.info(`Nobody is ready behind "${name}" port ${port} any more: it is refused`);
    }
    for (const port of opened) log.info(`Ready again behind "${name}": port ${port}`);
  }

  find(address: string): Destination | undefined {
    for (const cluster of this.#clusters) {
      const target = cluster.targetAt(address);
      if (target) return { target, cluster, address };
    }
    return undefined;
  }

  #isOfCluster(name: Name): boolean {
    return this.#clusters.some(({ zones }) => name.isWithinAny(zones));
  }

  async #localize(query: Query, result: Result, next: Next): Promise<Outcome> {
    const outcome = await result;
    if (outcome === DROPPED || outcome instanceof RecordStream) return outcome;
    // A cluster may have addresses of IPv6 only; those of this machine are of IPv4.
    const isEmpty = outcome.rcode === Rcode.NOERROR && outcome.answer.length === 0;
    const isV4Wanted = query.qtype === RrType.A;
    const reply =
      isEmpty && isV4Wanted ? await next(query.derive({ qtype: RrType.AAAA })) : outcome;
    if (reply === DROPPED || (reply.answer.length === 0 && reply !== outcome)) return outcome;
    const places = await this.#placesOf([...reply.answer, ...reply.additional], query);
    if (places.size === 0) return outcome;
    const answer = localized(reply.answer, places);
    reply.answer =
      query.qtype === RrType.AAAA ? answer.filter(({ type }) => type !== RrType.A) : answer;
    reply.additional = localized(reply.additional, places);
    return reply.narrow(Validity.once);
  }

  /** The places of all addresses of the cluster that these records say, by address. */
  async #placesOf(
    records: readonly ResourceRecord[],
    query: Query,
  ): Promise<ReadonlyMap<string, Place>> {
    const places = new Map<string, Place>();
    for (const record of records) {
      const address = this.#isOfCluster(record.owner) ? addressOf(record) : undefined;
      const found = address === undefined ? undefined : this.find(address);
      if (found) places.set(found.address, await this.#open(found, query));
    }
    return places;
  }

  async #open(destination: Destination, query: Query): Promise<Place> {
    const { target } = destination;
    const place = await this.#places.open(destination, this.#options.maxNames);
    if ("obstacle" in place) throw noPlace(target.name, place, this.#options);
    if (place.askedMs === 0) this.#context.log.info(openedWords(query, place));
    place.askedMs = performance.now();
    this.#metrics.names.value = this.#places.size;
    query.trace?.note(`"${target.name}" is served on ${place.address} of this machine`);
    for (const { protocol, port } of target.ports()) {
      if (protocol !== "tcp") this.#sayOnce(notTcp(target.name, protocol, port));
    }
    return place;
  }

  #updateSoon(): void {
    if (this.#isUpdateDue) return;
    this.#isUpdateDue = true;
    const update = (): void => {
      this.#isUpdateDue = false;
      this.#places.update();
    };
    setImmediate(guard("ports of names of the cluster", update));
  }

  #sayOnce(message: string): void {
    if (this.#said.has(message)) return;
    const [oldest] = this.#said;
    if (oldest !== undefined && this.#said.size >= MAX_SAID) this.#said.delete(oldest);
    this.#said.add(message);
    this.#context.log.warn(message);
  }
}
