import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { HINFO } from "../../dns/rdata/hinfo.ts";
import { PTR } from "../../dns/rdata/rfc1035-names.ts";
import { TXT } from "../../dns/rdata/txt.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { mapReply, Reply } from "../../server/contract/reply.ts";
import { resolveOutside } from "../../cluster/resolve-outside.ts";
import { followAlias } from "./records/alias-chain.ts";
import type { ClusterIndex } from "./index/cluster-index.ts";
import type { ClusterZone } from "./records/cluster-zone.ts";
import { SVC } from "./records/labels.ts";
import type { NameFinder } from "./name-finder.ts";
import { NotSynced } from "./name-finder.ts";
import type { Alias, NameRecords } from "./records/name-records.ts";
import { EMPTY } from "./records/name-records.ts";
import type { NameServers } from "./records/name-servers.ts";
import { addressOfReverseName } from "../../dns/reverse-name.ts";

const DNS_VERSION = "\u000bdns-version";
/** Of the specification of DNS-based service discovery in Kubernetes. */
const SPECIFICATION = TXT.encode({ strings: ["1.1.0"] });
const DNS_VERSION_TTL_SECONDS = 28_800;
/** Says that ANY is not answered in full (RFC 8482 §4.2). */
const NOT_ANY = HINFO.encode({ cpu: "RFC8482", os: "" });

export interface AnswersParts {
  readonly index: ClusterIndex;
  readonly finder: NameFinder;
  readonly nameServers: NameServers;
  /** Where the names in PTR records are. */
  readonly primaryZone: ClusterZone;
  readonly resolve: (query: Query) => Result;
  /** Whether targets of aliases are not for every client: then the whole server is asked for those in the zone as well. */
  readonly hasPolicy: () => boolean;
}

/** A reply, marked with what it depends on; or the state in which there is no such name. */
export type Answer = Result | State;

/** Makes replies of what is found, for each type of question. */
export class Answers {
  readonly #parts: AnswersParts;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /**
   * The reply to a question for a name in `zone`, names in lower case.
   * @throws {NotSynced}
   */
  answer(query: Query, zone: ClusterZone): Answer {
    switch (query.qtype) {
      case RrType.A:
      case RrType.AAAA:
        return this.#addresses(query, zone);
      case RrType.SRV:
        return this.#locations(query, zone);
      case RrType.PTR:
        return this.#pointers(query, zone);
      case RrType.CNAME:
        return this.#alias(query, zone);
      case RrType.TXT:
        return this.#text(query, zone);
      case RrType.SOA:
        return this.#startOfAuthority(query, zone);
      case RrType.NS:
        return this.#authorities(query, zone);
      case RrType.ANY:
        return this.#any(query, zone);
      case RrType.AXFR:
      case RrType.IXFR:
        return new Reply(Rcode.REFUSED, 0, Validity.once);
      default:
        return this.#found(query, zone, () => []);
    }
  }

  /** What is at the name, by way of `choose`: no records are NODATA. */
  #found(
    query: Query,
    zone: ClusterZone,
    choose: (records: NameRecords) => readonly ResourceRecord[],
  ): Reply | State {
    const { records, state } = this.#parts.finder.find(zone, query.qname.key);
    return records ? this.#positive(state, zone, choose(records)) : state;
  }

  #addresses(query: Query, zone: ClusterZone): Answer {
    const { records, state } = this.#parts.finder.find(zone, query.qname.key);
    if (!records) return state;
    if (records.alias) return this.#follow(records.alias, state, query, zone);
    return this.#positive(state, zone, query.qtype === RrType.A ? records.a : records.aaaa);
  }

  #follow(alias: Alias, state: State, query: Query, zone: ClusterZone): Result {
    const { finder, index, resolve, hasPolicy } = this.#parts;
    const chain = followAlias(alias, query.qtype, zone, (within, key) => {
      const found = finder.find(within, key);
      if (!found.records && !index.state.isSynced(within)) throw new NotSynced();
      return found;
    });
    const validity = Validity.dependingOn(state, ...chain.states);
    const isAsked = chain.aliases.length > 0 && hasPolicy();
    const outside = isAsked ? alias.target : chain.outside;
    if (!outside) {
      return this.#positive(state, zone, [...chain.aliases, ...chain.addresses]).narrow(validity);
    }
    const question = query.derive({ qname: outside, isOwn: true });
    const result = resolveOutside(isAsked ? [alias.record] : chain.aliases, question, resolve);
    return mapReply(result, (reply) => reply.narrow(validity));
  }

  #locations(query: Query, zone: ClusterZone): Reply | State {
    const { records, state } = this.#parts.finder.find(zone, query.qname.key);
    return records
      ? this.#positive(state, zone, records.srv.answer, records.srv.additional)
      : state;
  }

  #pointers(query: Query, zone: ClusterZone): Reply | State {
    const { index, primaryZone } = this.#parts;
    const address = addressOfReverseName(query.qname.key);
    if (address === undefined) return this.#found(query, zone, () => []);
    const state = index.reverse.stateOf(address, index.frame);
    const isClusterIp = index.reverse.service(address) !== undefined;
    if (!isClusterIp && !index.state.isKnown(zone)) throw new NotSynced();
    const records = index.reverse.names(address).flatMap((labels) => {
      const target = primaryZone.below(labels + SVC);
      return target ? [zone.record(query.qname, RrType.PTR, PTR.encode({ target }))] : [];
    });
    return records.length === 0 ? state : this.#positive(state, zone, records);
  }

  /** The alias itself is asked for: it is not followed. */
  #alias(query: Query, zone: ClusterZone): Reply | State {
    return this.#found(query, zone, ({ alias }) => (alias ? [alias.record] : []));
  }

  #text(query: Query, zone: ClusterZone): Reply | State {
    const { key } = query.qname;
    const isVersion = key.startsWith(DNS_VERSION);
    if (isVersion && key.length === DNS_VERSION.length + zone.name.key.length) {
      const record = zone.record(query.qname, RrType.TXT, SPECIFICATION);
      return Reply.authoritative([record.withTtl(DNS_VERSION_TTL_SECONDS)]);
    }
    const { records, state } = this.#parts.finder.find(zone, key);
    // CoreDNS denies names without records of their own here, and for no other type.
    return records && records !== EMPTY ? this.#nodata(state, zone) : state;
  }

  /** CoreDNS denies no name here. */
  #startOfAuthority(query: Query, zone: ClusterZone): Reply {
    const { whole } = this.#parts.index;
    if (!query.qname.equals(zone.name)) return this.#nodata(whole, zone);
    return this.#positive(whole, zone, [this.#soa(zone)]);
  }

  #authorities(query: Query, zone: ClusterZone): Reply | State {
    const { index, nameServers } = this.#parts;
    if (!query.qname.equals(zone.name)) return this.#found(query, zone, () => []);
    if (!index.state.isKnown(zone)) throw new NotSynced();
    const { answer, additional } = nameServers.records(zone);
    return this.#positive(index.whole, zone, answer, additional);
  }

  #any(query: Query, zone: ClusterZone): Reply | State {
    return this.#found(query, zone, () => [zone.record(query.qname, RrType.HINFO, NOT_ANY)]);
  }

  #positive(
    state: State,
    zone: ClusterZone,
    answer: readonly ResourceRecord[],
    additional?: readonly ResourceRecord[],
  ): Reply {
    if (answer.length === 0) return this.#nodata(state, zone);
    const reply = Reply.authoritative(answer).narrow(Validity.dependingOn(state));
    if (additional) reply.additional = additional;
    return reply;
  }

  #nodata(state: State, zone: ClusterZone): Reply {
    const reply = Reply.negative(Rcode.NOERROR, this.#soa(zone));
    reply.reason = "no-record-of-type";
    return reply.narrow(Validity.dependingOn(state));
  }

  #soa(zone: ClusterZone): ResourceRecord {
    return zone.soa(this.#parts.index.servicesOf(zone).serial.value);
  }
}
