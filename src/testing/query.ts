import { formatRecord, parseRecord } from "../dns/presentation.ts";
import type { EdnsOption } from "../dns/edns.ts";
import { Flag } from "../dns/header.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { parseRrType } from "../dns/iana/rr-type.ts";
import { formatRcode } from "../dns/iana/rcode.ts";
import { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import type { Client, TransportName } from "../transport/client.ts";
import type { Instance, Next } from "../server/contract/plugin.ts";
import { Query } from "../server/contract/query.ts";
import type { Outcome } from "../server/contract/reply.ts";
import { DROPPED, Reply } from "../server/contract/reply.ts";

export interface TestQueryOptions {
  /** Speak EDNS version 0; implied by the four options below it. */
  readonly edns?: boolean;
  /** DNSSEC OK. */
  readonly do?: boolean;
  readonly payloadSize?: number;
  readonly ednsVersion?: number;
  readonly options?: readonly EdnsOption[];
  readonly transport?: TransportName;
  /** The client's address, 127.0.0.1 by default. */
  readonly address?: string;
  readonly port?: number;
  readonly localAddress?: string;
  readonly localPort?: number;
  readonly qclass?: number;
  readonly id?: number;
  /** The header's flags; RD alone by default. */
  readonly flags?: number;
  /** Receives what is sent to the client. */
  readonly onSend?: (reply: Buffer) => void;
}

/** A query as if it had come in: `testQuery("example.org.", "A", { do: true })`. */
export function testQuery(qname: string, qtype = "A", options: TestQueryOptions = {}): Query {
  const type = parseRrType(qtype);
  if (type === undefined) throw new TypeError(`Cannot make query: no type "${qtype}"`);
  const query = new Query(testClient(options), options.id ?? 1, options.flags ?? Flag.RD, 64);
  query.qname = Name.parse(qname);
  query.qtype = type;
  query.qclass = options.qclass ?? RrClass.IN;
  query.hasQuestion = true;
  if (wantsEdns(options)) {
    query.ednsVersion = options.ednsVersion ?? 0;
    query.payloadSize = options.payloadSize ?? 1232;
    query.dnssecOk = options.do ?? false;
    query.options = options.options ?? [];
  }
  return query;
}

function wantsEdns({ edns, do: dnssecOk, ...options }: TestQueryOptions): boolean {
  const details = [options.payloadSize, options.ednsVersion, options.options];
  return edns === true || dnssecOk === true || details.some((detail) => detail !== undefined);
}

function testClient(options: TestQueryOptions): Client {
  const transport = options.transport ?? "udp";
  return {
    transport,
    address: options.address ?? "127.0.0.1",
    port: options.port ?? 40_000,
    localAddress: options.localAddress ?? "127.0.0.1",
    localPort: options.localPort ?? 53,
    maxReplyOctets: transport === "udp" ? 1232 : 65_535,
    keepaliveMs: 0,
    ...(transport === "udp" ? {} : { room: () => Promise.resolve(true) }),
    send: options.onSend ?? ((): void => {}),
    drop: (): void => {},
  };
}

/** Records from presentation format, one a string: `records("a.test. 60 IN A 192.0.2.1")`. */
export function records(...lines: readonly string[]): ResourceRecord[] {
  return lines.map((line) => parseRecord(line, { origin: Name.root }));
}

/** A reply in words; records in the order they have in it. */
export interface Sections {
  /** Mnemonic, or `DROPPED`. */
  readonly rcode: string;
  /** Those of AA TC RA AD that are set, with spaces between. */
  readonly flags: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  readonly additional: readonly string[];
}

/** What `serve` came to, for comparing: `sections(await instance.serve(query, next))`. */
export function sections(outcome: Outcome): Sections {
  if (outcome === DROPPED) {
    return { rcode: "DROPPED", flags: "", answer: [], authority: [], additional: [] };
  }
  return {
    rcode: formatRcode(outcome.rcode),
    flags: formatFlags(outcome.flags),
    answer: outcome.answer.map(formatRecord),
    authority: outcome.authority.map(formatRecord),
    additional: outcome.additional.map(formatRecord),
  };
}

function formatFlags(flags: number): string {
  const names = ["AA", "TC", "RA", "AD"] as const;
  return names.filter((name) => (flags & Flag[name]) !== 0).join(" ");
}

/** Response code of {@link passedOn}, which no plugin makes by itself. */
const PASSED_ON = 22;

/** A `next` whose reply shows that the query went past the plugin: its rcode is `BADTRUNC`. */
export const passedOn: Next = () => new Reply(PASSED_ON);

/** Asks an instance and gives its reply in words; `next` is {@link passedOn} unless given. */
export async function ask(
  instance: Instance,
  query: Query,
  next: Next = passedOn,
): Promise<Sections> {
  return sections(await (instance.serve?.(query, next) ?? next(query)));
}
