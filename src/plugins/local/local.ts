import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { A } from "../../dns/rdata/a.ts";
import { AAAA } from "../../dns/rdata/aaaa.ts";
import { NS, PTR } from "../../dns/rdata/rfc1035-names.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Cell } from "../../observe/metrics.ts";
import type { Instance, Next, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { RepeatObserver } from "../../server/contract/repeat-observer.ts";
import type { Repetition, Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { localhostRequests } from "./metrics.ts";
import type { LocalOptions } from "./parse.ts";

/** A week. */
const TTL_SECONDS = 604_800;
const LOCALHOST = Name.parse("localhost.");
const ZONES = ["0", "127", "255"].map((octet) => Name.parse(`${octet}.in-addr.arpa.`));
const LOOPBACK = Name.parse("1.0.0.127.in-addr.arpa.");
const FOLLOWS_CASE: Repetition = { followsCase: true };

const ADDRESSES: ReadonlyMap<number, Buffer> = new Map([
  [RrType.A, A.encode({ address: "127.0.0.1" })],
  [RrType.AAAA, AAAA.encode({ address: "::1" })],
]);
const SOA_RDATA = SOA.encode({
  mname: LOCALHOST,
  rname: Name.parse("root.localhost."),
  serial: 1,
  refreshSeconds: 0,
  retrySeconds: 0,
  expireSeconds: 0,
  minimumSeconds: TTL_SECONDS,
});
/** What there is at the top of each zone. */
const APEX: ReadonlyMap<number, Buffer> = new Map([
  [RrType.SOA, SOA_RDATA],
  [RrType.NS, NS.encode({ nameserver: LOCALHOST })],
]);
const LOCALHOST_APEX: ReadonlyMap<number, Buffer> = new Map([...APEX, ...ADDRESSES]);
const POINTER: ReadonlyMap<number, Buffer> = new Map([
  [RrType.PTR, PTR.encode({ target: LOCALHOST })],
]);

/** Answers questions for names that mean the machine itself, so that none of them leaves it. */
export class Local implements Instance {
  readonly isCommonOnly = true;
  readonly passable = true;
  readonly #hasPrefix: boolean;
  readonly #context: PluginContext;
  readonly #requests: Cell;
  readonly #repeats: RepeatObserver = {
    countRepeats: ({ count }) => void (this.#requests.value += count),
  };

  constructor(options: LocalOptions, context: PluginContext) {
    this.#hasPrefix = options.hasPrefix ?? true;
    this.#context = context;
    this.#requests = localhostRequests(context.metrics);
  }

  serve(query: Query, next: Next): Result {
    const { qname } = query;
    if (this.#isLocalhost(qname)) return this.#answerLocalhost(query);
    if (qname.equals(LOCALHOST)) return answer(query, LOCALHOST_APEX, qname);
    const zone = ZONES.find((one) => qname.isWithin(one));
    if (!zone) return next(query);
    if (qname.equals(zone)) return answer(query, APEX, qname);
    const apex = lastLabels(qname, zone);
    return qname.equals(LOOPBACK) ? answer(query, POINTER, apex) : deny(apex);
  }

  observeRepeats(qname: Name): RepeatObserver | undefined {
    return this.#isLocalhost(qname) ? this.#repeats : undefined;
  }

  /** Below `localhost.`, or with that in front. */
  #isLocalhost(qname: Name): boolean {
    if (qname.key.length <= LOCALHOST.key.length) return false;
    if (qname.isWithin(LOCALHOST)) return true;
    return this.#hasPrefix && qname.key.startsWith(PREFIX);
  }

  #answerLocalhost(query: Query): Reply {
    this.#requests.value++;
    const reply = answer(query, ADDRESSES, query.qname);
    const { log, settings } = this.#context;
    if (!settings.debug) return reply;
    const { qname, qtype, client } = query;
    const question = `"${qname.toString().toLowerCase()}" ${formatRrType(qtype)}`;
    log.debug(`Intercepting localhost query for ${question}, from ${client.address}`);
    // Each is told of.
    return reply.narrow(Validity.once);
  }
}

/** The first label of `localhost.`, as names begin that have it in front. */
const PREFIX = LOCALHOST.key.slice(0, -1);

/** The record of the type that is asked for, or a denial with the SOA record of `apex`. */
function answer({ qname, qtype }: Query, found: ReadonlyMap<number, Buffer>, apex: Name): Reply {
  const rdata = found.get(qtype);
  const reply = new Reply();
  if (rdata) reply.answer = [new ResourceRecord(qname, qtype, RrClass.IN, TTL_SECONDS, rdata)];
  else reply.authority = [soaOf(apex)];
  reply.repetition = FOLLOWS_CASE;
  return reply;
}

function deny(apex: Name): Reply {
  const reply = new Reply(Rcode.NXDOMAIN);
  reply.authority = [soaOf(apex)];
  reply.repetition = FOLLOWS_CASE;
  return reply;
}

function soaOf(apex: Name): ResourceRecord {
  return new ResourceRecord(apex, RrType.SOA, RrClass.IN, TTL_SECONDS, SOA_RDATA);
}

/** The zone as the question writes it. */
function lastLabels({ wire }: Name, zone: Name): Name {
  return Name.fromWire(wire.slice(wire.length - zone.wire.length), zone.key);
}
