import type { EdnsOption } from "../../dns/edns.ts";
import { readEdns } from "../../dns/edns.ts";
import { Flag, HEADER_OCTETS, opcodeOf } from "../../dns/header.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { WireReader } from "../../dns/wire-reader.ts";
import type { Client } from "../../transport/client.ts";
import type { OutgoingOption } from "./outgoing.ts";
import type { Seal } from "./seal.ts";
import type { Trace } from "./trace.ts";

const NO_OPTIONS: readonly EdnsOption[] = [];
const NOTHING_GOES_OUT: readonly OutgoingOption[] = [];

/**
 * One question of a client, on its way through the chain. It holds nothing of the packet's
 * buffer, except `options`, which are views valid until `serve` returns.
 */
export class Query {
  readonly client: Client;
  readonly id: number;
  /** The header's second word as received; see `Flag`. */
  readonly flags: number;
  /** When it was received, on the monotonic clock (`performance.now()`). */
  readonly receivedMs: number;
  /** Octets of the packet it came in. */
  readonly octets: number;
  /** As asked, case kept. The root if the question could not be read. */
  qname: Name = Name.root;
  qtype = 0;
  qclass = 0;
  /** Whether there is a question to repeat in the reply. */
  hasQuestion = false;
  /** The client's EDNS version, or -1 without EDNS. */
  ednsVersion = -1;
  /** The UDP payload size that EDNS announces, or 512 (RFC 1035 §4.2.1). */
  payloadSize = 512;
  /** DNSSEC OK (RFC 3225). */
  dnssecOk = false;
  options: readonly EdnsOption[] = NO_OPTIONS;
  /** The serial number that the client has of the zone, in a question of type IXFR, or that it tells of, in NOTIFY. */
  serial: number | undefined = undefined;
  /** EDNS options for upstreams, in the place of the client's, which are between neighbours. */
  outgoing: readonly OutgoingOption[] = NOTHING_GOES_OUT;
  /** Where its TSIG record begins in the packet; 0 if it has none. */
  tsigAt = 0;
  /** Whose key has signed it, if that has been looked at and found good; those of our own have it of their client's. */
  signedBy: Name | undefined;
  /** What is put around its reply. */
  seal: Seal | undefined;
  /** How many questions of our own lie between the client's and this one. */
  depth = 0;
  /** If not, whoever cannot answer at once throws `TooManyWaiting`. */
  mayWait = true;
  /**
   * Whether nobody waits for the reply, and it has been asked for before in vain: what is on its
   * way already may come as late as it likes, and is not asked for again.
   */
  isPatient = false;
  /** Whether the reply will be made one of the other address family, so that nobody else need do so. */
  isForTranslation = false;
  /** See `original`. */
  #original: Query | undefined;
  /** See `note`. */
  #notes: Map<string, string> | undefined;
  /** Where the chain writes down what it does, for those who want to know why; usually nowhere. */
  trace: Trace | undefined;

  constructor(client: Client, id: number, flags: number, octets: number) {
    this.client = client;
    this.id = id;
    this.flags = flags;
    this.octets = octets;
    this.receivedMs = performance.now();
  }

  /** As the client asked it, before any plugin changed it; one of our own is its own. */
  get original(): Query {
    return this.#original ?? this;
  }

  /** Keeps what a plugin finds out on the way: metadata, if somebody asks for it. */
  note(label: string, value: string): void {
    const { original } = this;
    (original.#notes ??= new Map()).set(label, value);
  }

  /** What has been noted; "" if nothing has. */
  noteOf(label: string): string {
    return this.original.#notes?.get(label) ?? "";
  }

  get hasEdns(): boolean {
    return this.ednsVersion >= 0;
  }

  get opcode(): number {
    return opcodeOf(this.flags);
  }

  get recursionDesired(): boolean {
    return (this.flags & Flag.RD) !== 0;
  }

  get checkingDisabled(): boolean {
    return (this.flags & Flag.CD) !== 0;
  }

  /**
   * A question like this one but for what is given. A question of our own, as of a plugin that
   * follows an alias, is one level deeper and has none of its options.
   */
  derive(changes: QueryChanges): Query {
    const { client = this.client, flags = this.flags } = changes;
    const query = new Query(client, this.id, flags, this.octets);
    query.qname = changes.qname ?? this.qname;
    query.qtype = changes.qtype ?? this.qtype;
    query.qclass = changes.qclass ?? this.qclass;
    query.hasQuestion = this.hasQuestion;
    query.serial = this.serial;
    query.ednsVersion = changes.ednsVersion ?? this.ednsVersion;
    query.payloadSize = changes.payloadSize ?? this.payloadSize;
    query.dnssecOk = changes.dnssecOk ?? this.dnssecOk;
    query.options = changes.options ?? (changes.isOwn === true ? NO_OPTIONS : this.options);
    query.outgoing =
      changes.outgoing ?? (changes.isOwn === true ? NOTHING_GOES_OUT : this.outgoing);
    query.depth = this.depth + (changes.isOwn === true ? 1 : 0);
    query.mayWait = this.mayWait;
    query.isPatient = this.isPatient;
    query.isForTranslation = this.isForTranslation;
    if (changes.isOwn !== true) query.#original = this.original;
    query.trace = this.trace;
    query.signedBy = this.signedBy;
    return query;
  }
}

/** See `Query.derive`. */
export interface QueryChanges {
  readonly client?: Client;
  readonly flags?: number;
  readonly qname?: Name;
  readonly qtype?: number;
  readonly qclass?: number;
  readonly ednsVersion?: number;
  readonly payloadSize?: number;
  readonly dnssecOk?: boolean;
  readonly options?: readonly EdnsOption[];
  readonly outgoing?: readonly OutgoingOption[];
  /** Whether it is asked by us rather than by the client. */
  readonly isOwn?: boolean;
}

/** What could be read of a packet. */
export interface Received {
  readonly query: Query;
  /** `Rcode.NOERROR` if it could be read, else the reply's response code. */
  readonly rcode: number;
}

/**
 * Reads header, question and OPT of a packet. Never throws.
 * @returns undefined where no reply may be sent: less than a header, or a reply itself.
 */
export function readQuery(packet: Buffer, client: Client): Received | undefined {
  if (packet.length < HEADER_OCTETS) return undefined;
  const flags = packet.readUInt16BE(2);
  // Answering a reply could make two servers answer each other for ever.
  if ((flags & Flag.QR) !== 0) return undefined;
  const query = new Query(client, packet.readUInt16BE(0), flags, packet.length);
  return { query, rcode: readBody(packet, query) };
}

function readBody(packet: Buffer, query: Query): number {
  const opcode = query.opcode;
  if (opcode !== Opcode.QUERY && opcode !== Opcode.NOTIFY && opcode !== Opcode.UPDATE)
    return Rcode.NOTIMP;
  // One question (RFC 9619); the counts are judged before anything is read or allocated.
  const questions = packet.readUInt16BE(4);
  if (questions > 1) return Rcode.FORMERR;
  // Without a zone there is none that takes updates.
  if (questions === 0 && opcode === Opcode.UPDATE) return Rcode.NOTIMP;
  const reader = new WireReader(packet, HEADER_OCTETS);
  if (questions === 1 && !readQuestion(reader, query)) return Rcode.FORMERR;
  const rcode = readRecords(packet, reader, query);
  // Without a question OPT is read all the same, to be answered with OPT (RFC 6891 §6.1.1).
  if (rcode !== Rcode.NOERROR || questions === 0) return Rcode.FORMERR;
  return query.ednsVersion > 0 ? Rcode.BADVERS : Rcode.NOERROR;
}

function readQuestion(reader: WireReader, query: Query): boolean {
  const qname = reader.name();
  const qtype = reader.u16();
  const qclass = reader.u16();
  if (reader.failed) return false;
  query.qname = qname;
  query.qtype = qtype;
  query.qclass = qclass;
  query.hasQuestion = true;
  return true;
}

/** Skips the records of a query, keeping OPT, and where TSIG is. */
function readRecords(packet: Buffer, reader: WireReader, query: Query): number {
  const [answers, authorities, additionals] = [
    packet.readUInt16BE(6),
    packet.readUInt16BE(8),
    packet.readUInt16BE(10),
  ];
  const isUpdate = query.opcode === Opcode.UPDATE;
  // Only NOTIFY has an answer section in a request, only IXFR (RFC 1995 §3) an authority section, and UPDATE both (RFC 2136 §2).
  let isOdd =
    (answers > 0 && query.opcode === Opcode.QUERY) ||
    (authorities > 0 && query.qtype !== RrType.IXFR && !isUpdate);
  const total = answers + authorities + additionals;
  // The shortest record has 11 octets: a count that cannot be is refused unread.
  if (total * 11 > reader.remaining) return Rcode.FORMERR;
  for (let i = 0; i < total; i++) {
    const at = reader.offset;
    const isRootOwner = packet[at] === 0;
    reader.name();
    const type = reader.u16();
    if (type === RrType.TSIG) {
      // The very last record, or the message is malformed (RFC 8945 §5.1).
      if (i < total - 1 || additionals === 0) isOdd = true;
      query.tsigAt = at;
    }
    const isOpt = type === RrType.OPT;
    if (isOpt && (!isRootOwner || i < answers + authorities || query.hasEdns)) return Rcode.FORMERR;
    const bodyAt = reader.offset;
    if (!(isOpt ? readOpt(reader, query) : skipRecord(reader))) return Rcode.FORMERR;
    if (type === RrType.SOA && i < answers + authorities && !isUpdate)
      query.serial ??= serialOf(reader, bodyAt);
  }
  return reader.failed || isOdd ? Rcode.FORMERR : Rcode.NOERROR;
}

function readOpt(reader: WireReader, query: Query): boolean {
  const edns = readEdns(reader);
  if (!edns) return false;
  query.ednsVersion = edns.version;
  query.payloadSize = Math.max(512, edns.payloadSize);
  // What DO means in another version we do not know, so BADVERS does not repeat it.
  query.dnssecOk = edns.version === 0 && edns.dnssecOk;
  query.options = edns.options;
  return true;
}

/**
 * That of the SOA record that the reader has just left. Its RDATA is two names and five numbers, of which the serial number is the first.
 * @param at where its class is
 */
function serialOf({ bytes, offset }: WireReader, at: number): number | undefined {
  const rdataOctets = offset - at - 8;
  return rdataOctets < 22 ? undefined : bytes.readUInt32BE(offset - 20);
}

function skipRecord(reader: WireReader): boolean {
  reader.octets(6);
  reader.octets(reader.u16());
  return !reader.failed;
}
