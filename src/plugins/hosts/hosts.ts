import { extendedErrorOption } from "../../dns/edns.ts";
import { ExtendedErrorCode } from "../../dns/iana/extended-error.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Offer } from "../../server/contract/capability.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import { passOn } from "../../server/contract/pass-on.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { zoneSource } from "../../server/contract/zone-source.ts";
import { denialSoa } from "./denial-soa.ts";
import { HostTable } from "./host-table.ts";
import { HostsFile } from "./hosts-file.ts";
import type { HostsOptions } from "./parse.ts";

const UNKNOWN_NAME = [extendedErrorOption(ExtendedErrorCode.OTHER, "name not in the hosts file")];

/** Answers from a hosts file and from lines of the Corefile. */
export class Hosts implements Instance {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly offers: readonly Offer[];
  readonly #options: HostsOptions;
  readonly #zones: readonly Name[];
  readonly #file: HostsFile;
  #table: HostTable;
  /** What the table says, and what it does not: it ends before the table changes. */
  #contents = new State();

  constructor(options: HostsOptions, context: PluginContext) {
    this.#options = options;
    this.#zones = options.zones ?? context.zones;
    this.offers = [
      zoneSource.offer({ zones: this.#zones, records: (zone) => this.#recordsOf(zone) }),
    ];
    const makeTable = (octets: number): HostTable => {
      return new HostTable({ ...options, zones: this.#zones }, octets);
    };
    this.#table = makeTable(0);
    this.#file = new HostsFile(options, context, makeTable, (table) => {
      this.#contents.end();
      this.#contents = new State();
      this.#table = table;
    });
  }

  start(): Promise<void> {
    return this.#file.start();
  }

  stop(): void {
    this.#file.stop();
  }

  serve(query: Query, next: Next): Result {
    const { qname, qtype } = query;
    const isPointer = qtype === RrType.PTR;
    // Reverse names need not be in the zones.
    const pointers = isPointer && this.#table.pointers(qname);
    if (pointers) query.trace?.note("the address is in the hosts file");
    if (pointers) return this.#untilReread(Reply.authoritative(pointers));
    if (!qname.isWithinAny(this.#zones)) return isPointer ? this.#passOn(query, next) : next(query);
    const a = this.#table.find(qname, RrType.A);
    if (a) query.trace?.note("the name is in the hosts file");
    if (a) return this.#answer(a, query, next);
    if (isPointer || qname.isWithinAny(this.#options.fallthrough)) return this.#passOn(query, next);
    return this.#untilReread(unknownName());
  }

  /** The root zone is not ours: it has no SOA record. */
  *#recordsOf(zone: Name): Generator<ResourceRecord, void, undefined> {
    const isOwn = !zone.equals(Name.root);
    const soa = isOwn ? [denialSoa(zone, [zone], this.#options.ttlSeconds)] : [];
    yield* soa;
    yield* this.#table.records(zone);
    yield* soa;
  }

  /** There may be such a name soon, which those behind know nothing of. */
  #passOn(query: Query, next: Next): Result {
    return passOn(query, next, Validity.dependingOn(this.#contents));
  }

  /** @param a the A records of a name that is there */
  #answer(a: readonly ResourceRecord[], query: Query, next: Next): Result {
    const aaaa = (): ResourceRecord[] => this.#table.find(query.qname, RrType.AAAA) ?? [];
    if (query.qtype === RrType.A) return this.#records(a, query);
    if (query.qtype === RrType.AAAA) return this.#records(aaaa(), query);
    const { fallthroughUnsupported, fallthrough } = this.#options;
    if (fallthroughUnsupported && query.qname.isWithinAny(fallthrough)) {
      return this.#passOn(query, next);
    }
    // Of all types one is enough (RFC 8482 §4.1).
    if (query.qtype === RrType.ANY) return this.#records(a.length > 0 ? a : aaaa(), query);
    return this.#records([], query);
  }

  #records(records: readonly ResourceRecord[], { qname }: Query): Reply {
    if (records.length > 0) return this.#untilReread(Reply.authoritative(records));
    const soa = denialSoa(qname, this.#zones, this.#options.ttlSeconds);
    return this.#untilReread(Reply.negative(Rcode.NOERROR, soa));
  }

  #untilReread(reply: Reply): Reply {
    return reply.narrow(Validity.dependingOn(this.#contents));
  }
}

/** There is no SOA to say NXDOMAIN with, so it is SERVFAIL, as in CoreDNS. */
function unknownName(): Reply {
  const reply = new Reply(Rcode.SERVFAIL);
  reply.reason = "not-in-hosts";
  reply.options = UNKNOWN_NAME;
  return reply;
}
