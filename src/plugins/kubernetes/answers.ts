import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { HINFO } from "../../dns/rdata/hinfo.ts";
import { PTR } from "../../dns/rdata/rfc1035-names.ts";
import { TXT } from "../../dns/rdata/txt.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Basis } from "../../server/basis.ts";
import type { Query } from "../../server/query.ts";
import type { Result } from "../../server/reply.ts";
import { Reply } from "../../server/reply.ts";
import { followAlias, resolveOutside } from "./alias-chain.ts";
import type { ClusterIndex } from "./cluster-index.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { SVC } from "./labels.ts";
import type { NameFinder } from "./name-finder.ts";
import { NotSynced } from "./name-finder.ts";
import type { Alias, NameRecords } from "./name-records.ts";
import { EMPTY } from "./name-records.ts";
import type { NameServers } from "./name-servers.ts";
import { addressOfReverseName } from "./reverse-name.ts";

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
}

/** Makes replies of what is found, for each type of question. */
export class Answers {
  readonly #parts: AnswersParts;
  /** What the last reply stands on, also one that there is no such name. */
  basis: Basis;
  /** Whether nobody else had a part in it. */
  isOwn = true;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
    this.basis = parts.index.basis;
  }

  /**
   * The reply to a question for a name in `zone`, names in lower case; undefined if there is no
   * such name.
   * @throws {NotSynced}
   */
  reply(query: Query, zone: ClusterZone): Result | undefined {
    this.basis = this.#parts.index.basis;
    this.isOwn = true;
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
        return new Reply(Rcode.REFUSED);
      default:
        return this.#find(query, zone) && this.#nodata(zone);
    }
  }

  #find(query: Query, zone: ClusterZone): NameRecords | undefined {
    const { finder } = this.#parts;
    const found = finder.find(zone, query.qname.key);
    this.basis = finder.basis;
    return found;
  }

  #addresses(query: Query, zone: ClusterZone): Result | undefined {
    const found = this.#find(query, zone);
    if (!found) return undefined;
    if (found.alias) return this.#follow(found.alias, query, zone);
    return this.#positive(zone, query.qtype === RrType.A ? found.a : found.aaaa);
  }

  #follow(alias: Alias, query: Query, zone: ClusterZone): Result {
    const { finder, index, resolve } = this.#parts;
    const chain = followAlias(alias, query.qtype, zone, (within, key) => {
      const found = finder.find(within, key);
      if (!found && !index.state.isSynced(within)) throw new NotSynced();
      return found;
    });
    this.basis = index.basis;
    if (!chain.outside) return this.#positive(zone, [...chain.aliases, ...chain.addresses]);
    this.isOwn = false;
    return resolveOutside(chain.aliases, query.ask(chain.outside, query.qtype), resolve);
  }

  #locations(query: Query, zone: ClusterZone): Result | undefined {
    const found = this.#find(query, zone);
    return found && this.#positive(zone, found.srv.answer, found.srv.additional);
  }

  #pointers(query: Query, zone: ClusterZone): Result | undefined {
    const { index, primaryZone } = this.#parts;
    const address = addressOfReverseName(query.qname.key);
    if (address === undefined) return this.#find(query, zone) && this.#nodata(zone);
    const isClusterIp = index.reverse.service(address) !== undefined;
    if (!isClusterIp && !index.state.isKnown(zone)) throw new NotSynced();
    const records = index.reverse.names(address).flatMap((labels) => {
      const target = primaryZone.below(labels + SVC);
      return target ? [zone.record(query.qname, RrType.PTR, PTR.encode({ target }))] : [];
    });
    return records.length === 0 ? undefined : this.#positive(zone, records);
  }

  /** The alias itself is asked for: it is not followed. */
  #alias(query: Query, zone: ClusterZone): Result | undefined {
    const found = this.#find(query, zone);
    return found && this.#positive(zone, found.alias ? [found.alias.record] : []);
  }

  #text(query: Query, zone: ClusterZone): Result | undefined {
    const { key } = query.qname;
    const isVersion = key.startsWith(DNS_VERSION);
    if (isVersion && key.length === DNS_VERSION.length + zone.name.key.length) {
      const record = zone.record(query.qname, RrType.TXT, SPECIFICATION);
      return Reply.authoritative([record.withTtl(DNS_VERSION_TTL_SECONDS)]);
    }
    const found = this.#find(query, zone);
    // CoreDNS denies names without records of their own here, and for no other type.
    return found && found !== EMPTY ? this.#nodata(zone) : undefined;
  }

  /** CoreDNS denies no name here. */
  #startOfAuthority(query: Query, zone: ClusterZone): Result {
    if (!query.qname.equals(zone.name)) return this.#nodata(zone);
    return Reply.authoritative([zone.soa(this.#parts.index.servicesOf(zone).serial.value)]);
  }

  #authorities(query: Query, zone: ClusterZone): Result | undefined {
    const { index, nameServers } = this.#parts;
    if (!query.qname.equals(zone.name)) return this.#find(query, zone) && this.#nodata(zone);
    if (!index.state.isKnown(zone)) throw new NotSynced();
    const { answer, additional } = nameServers.records(zone);
    return this.#positive(zone, answer, additional);
  }

  #any(query: Query, zone: ClusterZone): Result | undefined {
    if (!this.#find(query, zone)) return undefined;
    return Reply.authoritative([zone.record(query.qname, RrType.HINFO, NOT_ANY)]);
  }

  #positive(
    zone: ClusterZone,
    answer: readonly ResourceRecord[],
    additional?: readonly ResourceRecord[],
  ): Reply {
    if (answer.length === 0) return this.#nodata(zone);
    const reply = Reply.authoritative(answer);
    if (additional) reply.additional = additional;
    return reply;
  }

  #nodata(zone: ClusterZone): Reply {
    return Reply.negative(Rcode.NOERROR, zone.soa(this.#parts.index.servicesOf(zone).serial.value));
  }
}
