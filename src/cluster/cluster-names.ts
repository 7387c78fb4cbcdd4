import { ExtendedErrorCode } from "../dns/iana/extended-error.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import type { ClusterSink, ClusterSource, Kind } from "../kube/cluster-source.ts";
import { passOn } from "../server/contract/pass-on.ts";
import type { Instance, Next, PluginContext } from "../server/contract/plugin.ts";
import { QueryError } from "../server/contract/query-error.ts";
import type { Query } from "../server/contract/query.ts";
import type { Repetition, Result } from "../server/contract/reply.ts";
import { mapReply, Reply } from "../server/contract/reply.ts";
import type { State } from "../server/contract/state.ts";
import { Validity } from "../server/contract/validity.ts";
import { placed } from "./make-source.ts";
import { resolveOutside } from "./resolve-outside.ts";
import type { ServedZone } from "./served-zone.ts";
import { SyncGate } from "./sync-gate.ts";

/** What is at a name, made for one question. */
export interface FoundName {
  readonly answer: readonly ResourceRecord[];
  readonly additional?: readonly ResourceRecord[];
  /** Where the CNAME record leads that is the answer; others know what is there. */
  readonly target?: Name;
}

/** What a zone says to a question. */
export interface Finding {
  /** Undefined if there is no such name. */
  readonly found: FoundName | undefined;
  /** What that depends on. */
  readonly states: readonly State[];
}

/** Knows the names that objects of a cluster have. It ends states before it knows anything else. */
export interface NameIndex extends Pick<ClusterSink, "upsert" | "remove"> {
  /** The zone's serial number. */
  readonly serial: number;
  /**
   * @param labels of the name below the zone, in lower-case wire form; "" for the zone itself
   * @param origin the zone as the client has written it
   */
  find(zone: ServedZone, labels: string, query: Query, origin: Name): Finding;
}

export interface ClusterNamesOptions {
  /** None of them within another one. */
  readonly zones: readonly ServedZone[];
  readonly fallthrough: readonly Name[];
  readonly kinds: readonly Kind[];
}

const FOLLOWS_CASE: Repetition = { followsCase: true };

/** Answers for names in zones, as an index knows them, and denies all others once all is known. */
export class ClusterNames implements Instance {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly #options: ClusterNamesOptions;
  readonly #index: NameIndex;
  readonly #source: ClusterSource;
  readonly #gate: SyncGate;
  readonly #place: (error: unknown) => never;
  readonly #resolve: (query: Query) => Result;

  constructor(
    options: ClusterNamesOptions,
    index: NameIndex,
    source: ClusterSource,
    { directive, host }: PluginContext,
  ) {
    this.#resolve = (query) => host.resolve(query);
    this.#options = options;
    this.#index = index;
    this.#source = source;
    this.#gate = new SyncGate(options.kinds);
    this.#place = (error) => {
      throw placed(error, directive);
    };
  }

  serve(query: Query, next: Next): Result {
    const { qname } = query;
    const zone = this.#options.zones.find(({ name }) => qname.isWithin(name));
    if (!zone) return next(query);
    // What has not been told of yet must neither be denied nor leak to others who would deny it.
    if (!this.#gate.isOpen) throw notSynced().narrow(Validity.dependingOn(this.#gate.state));
    const start = qname.key.length - zone.name.key.length;
    const origin = Name.fromWire(qname.wire.slice(start), zone.name.key);
    const { found, states } = this.#find(zone, query, start, origin);
    const validity = Validity.dependingOn(...states);
    if (!found && qname.isWithinAny(this.#options.fallthrough)) {
      return passOn(query, next, validity);
    }
    if (found?.target && query.qtype !== RrType.CNAME) {
      const question = query.derive({ qname: found.target, isOwn: true });
      const result = resolveOutside(found.answer, question, this.#resolve);
      return mapReply(result, (reply) => reply.narrow(validity));
    }
    const reply =
      found && found.answer.length > 0
        ? Reply.authoritative(found.answer)
        : this.#negative(found ? Rcode.NOERROR : Rcode.NXDOMAIN, zone, origin);
    if (found?.additional) reply.additional = found.additional;
    reply.repetition = FOLLOWS_CASE;
    return reply.narrow(validity);
  }

  async check(): Promise<void> {
    await this.#source.check?.().catch(this.#place);
  }

  start(): Promise<void> {
    const index = this.#index;
    const gate = this.#gate;
    const sink: ClusterSink = {
      upsert: (object) => index.upsert(object),
      remove: (kind, key) => index.remove(kind, key),
      synced: (kind) => gate.synced(kind),
    };
    return this.#source.start(sink).catch(this.#place);
  }

  stop(): Promise<void> {
    return this.#source.stop();
  }

  notReady(): string | undefined {
    const { waiting } = this.#gate;
    if (waiting.length === 0) return undefined;
    const { trouble } = this.#source;
    const reason = trouble === undefined ? "" : `: ${trouble}`;
    return `waiting for the cluster's ${waiting.join(", ")}${reason}`;
  }

  #find(zone: ServedZone, query: Query, start: number, origin: Name): Finding {
    const finding = this.#index.find(zone, query.qname.key.slice(0, start), query, origin);
    if (start > 0 || query.qtype !== RrType.SOA) return finding;
    return { ...finding, found: { answer: [zone.soa(origin, this.#index.serial)] } };
  }

  /** The serial number in its SOA may be behind for as long as others may keep that. */
  #negative(rcode: number, zone: ServedZone, origin: Name): Reply {
    const soa = zone.soa(origin, this.#index.serial);
    const untilMs = performance.now() + soa.ttlSeconds * 1_000;
    return Reply.negative(rcode, soa).narrow(Validity.until(untilMs));
  }
}

function notSynced(): QueryError {
  return new QueryError(Rcode.SERVFAIL, "Cannot answer yet: the cluster is not known in full", {
    ede: ExtendedErrorCode.NOT_READY,
    explanation: "the cluster is not known in full yet",
  });
}
