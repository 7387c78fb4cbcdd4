import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { ClusterSource, ClusterStore } from "../../kube/cluster-source.ts";
import { kindsOf } from "../../kube/cluster-source.ts";
import type { Offer } from "../../server/contract/capability.ts";
import type { MetadataTable } from "../../server/contract/metadata.ts";
import type { ObjectsRead } from "../../server/contract/cluster-objects.ts";
import { clusterConnections } from "../../server/contract/cluster-connections.ts";
import { clusterObjects } from "../../server/contract/cluster-objects.ts";
import { clusterView } from "../../server/contract/cluster-view.ts";
import { externalServices } from "../../server/contract/external-services.ts";
import { clientPods } from "../../server/contract/client-pods.ts";
import { searchPaths } from "../../server/contract/search-paths.ts";
import type { ReasonCode } from "../../server/contract/reason.ts";
import { REASONS } from "../../server/contract/reason.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { ZoneVersion } from "../../server/contract/zone-source.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Repetition, Result } from "../../server/contract/reply.ts";
import { mapReply, Reply } from "../../server/contract/reply.ts";
import { Absence } from "./absence.ts";
import type { Answer } from "./answers.ts";
import { Answers } from "./answers.ts";
import { ClusterIndex } from "./index/cluster-index.ts";
import { ClusterExternalServices } from "./cluster-external-services.ts";
import { ClusterClientPods } from "./cluster-client-pods.ts";
import { ClusterSearchPaths } from "./cluster-search-paths.ts";
import { ClusterZone } from "./records/cluster-zone.ts";
import { EventRecorder } from "./event-recorder.ts";
import { KnownConnections } from "./known-connections.ts";
import { KnownCluster } from "./known-cluster.ts";
import { NameFinder, NotSynced } from "./name-finder.ts";
import { NameServers } from "./records/name-servers.ts";
import { clientMetadata } from "./client-metadata.ts";
import { nameMetadata } from "./name-metadata.ts";
import { NameWarnings } from "./name-warnings.ts";
import type { KubernetesOptions } from "./parse.ts";
import { checkMulticluster, onlyReverseZones } from "./parse.ts";
import { pointerRecords } from "./records/pointer-records.ts";
import { inQueryCase } from "./records/query-case.ts";
import { placed } from "../../cluster/make-source.ts";
import { selectionOf } from "./selection.ts";
import { transferRecords } from "./records/zone-transfer.ts";

/** What the plugin stands on, besides the house. */
export interface KubernetesWorld {
  readonly source: ClusterSource<ClusterStore>;
  /** Addresses that clients reach this machine at. */
  readonly localAddresses: readonly string[];
  /** Ports that the server block is answered on, besides 53. */
  readonly localPorts?: readonly number[];
  /** Unix time in milliseconds. */
  readonly now: () => number;
  /** Labels of Pods that the source is to tell of: filled when it is known which are asked for. */
  readonly podLabels?: Set<string>;
  /** Says what Pods of this node search besides the cluster's zone; /etc/resolv.conf if not given. */
  readonly resolvConf?: string;
}

const UNREADABLE: ObjectsRead = {
  failure: { code: "failed", text: "the source of the cluster's objects cannot be looked at" },
};

const FOLLOWS_CASE: Repetition = { followsCase: true };

/** Answers for the Services and Pods of a cluster. */
export class Kubernetes implements Instance {
  /** What is known of the cluster; other plugins may look things up in it. */
  readonly index: ClusterIndex;
  readonly #source: ClusterSource<ClusterStore>;
  readonly #recorder: EventRecorder;
  readonly #answers: Answers;
  readonly #nameServers: NameServers;
  /** The longest first, so that the first match is the closest. */
  readonly #zones: readonly ClusterZone[];
  readonly #fallthrough: readonly Name[];
  readonly #startupTimeoutMs: number;
  readonly #podLabels: Set<string> | undefined;
  readonly #resolvConf: string;
  readonly #place: (error: unknown) => never;
  readonly #searchPaths: ClusterSearchPaths;
  readonly #clientPods: ClusterClientPods;
  readonly #connections: KnownConnections;
  readonly #absence: Absence;
  readonly #explains: boolean;
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly metadata: MetadataTable;
  readonly offers: readonly Offer[];

  constructor(options: KubernetesOptions, context: PluginContext, world: KubernetesWorld) {
    const { source, localAddresses, localPorts, now } = world;
    const names = options.zones ?? context.zones;
    checkMulticluster(context.directive, options.multicluster, names);
    const zones = names.map((name, i) => new ClusterZone(name, i, options));
    const nameZones = zones.filter(({ isReverse }) => !isReverse);
    // PTR records name the cluster's own Services.
    const primaryZone = nameZones.find(({ isMulticluster }) => !isMulticluster) ?? nameZones[0];
    if (!primaryZone) {
      throw onlyReverseZones(context.directive);
    }
    const kinds = kindsOf(selectionOf(options));
    this.index = new ClusterIndex({ ...options, kinds, log: context.log, now });
    this.#source = source;
    this.#place = (error) => {
      throw placed(error, context.directive);
    };
    const { index } = this;
    const warnings = new NameWarnings({ ...options, index, zones, log: context.log });
    const onUpsert = warnings.look.bind(warnings);
    this.#recorder = new EventRecorder(this.index, context.metrics, { source, now, onUpsert });
    this.#nameServers = new NameServers(this.index, localAddresses, localPorts);
    const finder = new NameFinder(this.index, this.#nameServers, options);
    this.#absence = new Absence(this.index, options.pods);
    this.#explains = options.explain;
    const resolve = (query: Query): Result => context.host.resolve(query);
    this.#answers = new Answers({
      index,
      finder,
      nameServers: this.#nameServers,
      primaryZone,
      resolve,
      hasPolicy: () => this.#clientPods.isAsked,
    });
    this.#zones = zones.toSorted((a, b) => b.name.key.length - a.name.key.length);
    this.#searchPaths = new ClusterSearchPaths(index, this.#zones);
    this.#clientPods = new ClusterClientPods(index, context, () => this.#notSynced());
    this.#connections = new KnownConnections({ index, source, clusterZones: this.#zones });
    this.#podLabels = world.podLabels;
    this.#resolvConf = world.resolvConf ?? "/etc/resolv.conf";
    this.offers = this.#makeOffers(options, world, primaryZone);
    this.#fallthrough = options.fallthrough;
    this.metadata = {
      ...nameMetadata((name) => this.#zoneOf(name), {
        zonal: options.zonal,
        multicluster: zones.some(({ isMulticluster }) => isMulticluster),
      }),
      ...clientMetadata(index),
    };
    this.#startupTimeoutMs = options.api.startupTimeoutMs;
  }

  #makeOffers(
    options: KubernetesOptions,
    { source, now }: KubernetesWorld,
    primary: ClusterZone,
  ): readonly Offer[] {
    const { index } = this;
    const services = new ClusterExternalServices({
      index,
      nameServers: this.#nameServers,
      ttlSeconds: options.ttlSeconds,
      notSynced: () => this.#notSynced(),
    });
    const clusterZones = this.#zones;
    const known = new KnownCluster({ index, source, clusterZones, primary, options, now });
    return [
      searchPaths.offer(this.#searchPaths),
      clientPods.offer(this.#clientPods),
      externalServices.offer(services),
      clusterView.offer(known),
      clusterConnections.offer(this.#connections),
      zoneSource.offer({
        zones: clusterZones.map(({ name }) => name),
        records: (zone) => this.#recordsOf(zone, primary),
        version: (zone) => this.#versionOf(zone, primary),
        onChange: (listener) => this.#onChange(listener),
      }),
      clusterObjects.offer({
        read(wanted, deadlineMs) {
          return source.read?.(wanted, deadlineMs) ?? Promise.resolve(UNREADABLE);
        },
      }),
    ];
  }

  serve(query: Query, next: Next): Result {
    const { qname } = query;
    const zone = this.#zoneOf(qname);
    if (!zone) return next(query);
    const staleness = this.index.state.stalenessOf(zone);
    const result = this.#reply(query, zone);
    // There may be such a name soon, which those behind know nothing of.
    if (result instanceof State) return passOn(query, next, Validity.dependingOn(result));
    return mapReply(result, (reply) => {
      if (!reply.reason) query.trace?.note(`from the cluster's objects, zone "${zone.name}"`);
      untilSerialIsOld(reply);
      reply.repetition = FOLLOWS_CASE;
      if (this.#explains && reply.reason) explain(reply, reply.reason);
      if (staleness) reply.options = [...reply.options, staleness];
      if (qname.wire === qname.key) return reply;
      return inQueryCase(reply, query, zone, this.#serialOf(zone));
    });
  }

  async check(): Promise<void> {
    await this.#source.check?.().catch(this.#place);
  }

  async start(): Promise<void> {
    const { areKept, labels } = this.#clientPods;
    for (const name of labels) this.#podLabels?.add(name);
    if (areKept) this.index.keepClients(labels);
    else if (this.#searchPaths.areAsked) this.index.pods.keepClients();
    if (this.#connections.isAsked) this.index.keepPodNames();
    this.#recorder.open();
    if (this.#searchPaths.areAsked) await this.#searchPaths.readOwn(this.#resolvConf);
    await this.#source.start(this.#recorder).catch(this.#place);
  }

  /** Waits for the cluster, but not for ever: it may be away, and the Corefile has been changed. */
  async ready(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, this.#startupTimeoutMs);
    const { state } = this.index;
    const resolveIfSynced = (): void => {
      if (state.kinds.every((kind) => state.hasSynced(kind))) resolve();
    };
    const end = this.index.onChange(resolveIfSynced);
    resolveIfSynced();
    await promise;
    end();
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    await this.#source.stop();
    this.#recorder.close();
  }

  notReady(): string | undefined {
    const waiting = [...this.index.state.unknown];
    if (waiting.length === 0) return undefined;
    const { trouble } = this.#source;
    const reason = trouble === undefined ? "" : `: ${trouble}`;
    return `waiting for the cluster's ${waiting.join(", ")}${reason}`;
  }

  /**
   * All records of a zone, its SOA first and last, for a zone transfer (RFC 5936 §2.2); undefined
   * if it is not a zone of this plugin.
   * @throws {QueryError} before the cluster is known.
   */
  transfer(apex: Name): Iterable<ResourceRecord> | undefined {
    const zone = this.#zones.find(({ name }) => name.equals(apex));
    if (!zone) return undefined;
    if (!this.index.state.isSynced(zone)) throw this.#notSynced();
    return transferRecords(zone, this.index, this.#nameServers);
  }

  /** What is served; `transfer` is what CoreDNS sends, which for zones of addresses is something else. */
  #recordsOf(apex: Name, primaryZone: ClusterZone): Iterable<ResourceRecord> {
    const records = this.transfer(apex) ?? [];
    const zone = this.#zones.find(({ name }) => name.equals(apex));
    if (!zone?.isReverse) return records;
    return pointerRecords(zone, { index: this.index, nameServers: this.#nameServers, primaryZone });
  }

  /** Changes are not kept: who has an older version gets the whole of this one. */
  #versionOf(apex: Name, primaryZone: ClusterZone): ZoneVersion | undefined {
    const zone = this.#zones.find(({ name }) => name.equals(apex));
    if (!zone) return undefined;
    const records = this.#recordsOf(apex, primaryZone);
    return {
      soa: zone.soa(this.#serialOf(zone)),
      records: () => records,
      changesSince: () => undefined,
    };
  }

  #onChange(listener: (zone: Name) => void): () => void {
    return this.index.onChange(() => {
      for (const { name } of this.#zones) listener(name);
    });
  }

  #serialOf(zone: ClusterZone): number {
    return this.index.servicesOf(zone).serial.value;
  }

  #zoneOf(qname: Name): ClusterZone | undefined {
    for (const zone of this.#zones) {
      if (qname.isWithin(zone.name)) return zone;
    }
    return undefined;
  }

  /** The reply for a name of a zone; a state if the question is to be passed on while it lasts. */
  #reply(query: Query, zone: ClusterZone): Answer {
    const answer = this.#answer(query, zone);
    if (!(answer instanceof State)) return answer;
    // As long as not all is known no name may be denied, nor leak to others who would deny it.
    if (!this.index.state.isSynced(zone)) throw this.#notSynced();
    if (query.qname.isWithinAny(this.#fallthrough)) return answer;
    const denial = Reply.negative(Rcode.NXDOMAIN, zone.soa(this.#serialOf(zone)));
    denial.reason = this.#absence.codeOf(zone, query.qname.key);
    query.trace?.note(REASONS[denial.reason]);
    return denial.narrow(Validity.dependingOn(answer));
  }

  #answer(query: Query, zone: ClusterZone): Answer {
    try {
      return this.#answers.answer(query, zone);
    } catch (error) {
      throw error instanceof NotSynced ? this.#notSynced() : error;
    }
  }

  #notSynced(): QueryError {
    return notSynced().narrow(Validity.dependingOn(this.index.frame));
  }
}

/** Tells clients with EDNS why (RFC 8914); never more than what is true for everybody. */
function explain(reply: Reply, reason: ReasonCode): void {
  const option = extendedErrorOption(ExtendedErrorCode.OTHER, REASONS[reason]);
  reply.options = [...reply.options, option];
}

/**
 * With a SOA record a reply has the zone's serial number, which each change raises. It may be
 * behind for as long as the record itself may be kept by others.
 */
function untilSerialIsOld(reply: Reply): void {
  const [soa] = reply.authority;
  if (soa) reply.narrow(Validity.until(performance.now() + soa.ttlSeconds * 1_000));
}

function notSynced(): QueryError {
  return new QueryError(Rcode.SERVFAIL, "Cannot answer yet: the cluster is not known in full", {
    ede: ExtendedErrorCode.NOT_READY,
    explanation: "the cluster is not known in full yet",
    reason: "not-synced",
  });
}
