import { Flag, HEADER_OCTETS, opcodeOf, rcodeOf } from "../../dns/header.ts";
import { formatRrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { WireReader } from "../../dns/wire-reader.ts";
import type { Endpoint } from "./endpoint.ts";
import type { QueryPacket } from "./query-packet.ts";
import type { Transport } from "./settings.ts";

/** How many records the header says there are. */
export interface Counts {
  readonly question: number;
  readonly answer: number;
  readonly authority: number;
  /** With OPT. */
  readonly additional: number;
}

/** A reply, and how it came. */
export interface Reply {
  readonly message: Message;
  readonly counts: Counts;
  readonly octets: number;
  /** Octets behind the last record. */
  readonly extraOctets: number;
  readonly isMalformed: boolean;
  /** To what it is a reply. */
  readonly query: QueryPacket;
  readonly endpoint: Endpoint;
  readonly transport: Transport;
  readonly elapsedMs: number;
  readonly receivedMs: number;
}

/** Of a packet alone. */
export type ReadReply = Pick<
  Reply,
  "message" | "counts" | "octets" | "extraOctets" | "isMalformed"
>;

/** Reads what can be read: of a malformed packet the header, and the question if it is whole. */
export function readReply(packet: Buffer): ReadReply {
  const [question = 0, answer = 0, authority = 0, additional = 0] = [4, 6, 8, 10].map((at) => {
    return packet.readUInt16BE(at);
  });
  const counts = { question, answer, authority, additional };
  const whole = parseMessage(packet);
  const message = whole ?? readHead(packet, question);
  const read = {
    question: message.question.length,
    answer: whole ? answer : 0,
    authority: whole ? authority : 0,
    additional: whole ? additional : 0,
  };
  return {
    message,
    counts,
    octets: packet.length,
    extraOctets: packet.length - endOf(packet, read),
    isMalformed: !whole,
  };
}

/** What is wrong with a packet as a reply to a query, in dig's words; undefined if it is one. */
export function mismatchOf(packet: Buffer, { id, question }: QueryPacket): string | undefined {
  if (packet.length < HEADER_OCTETS) return "Warning: short (< header size) message received";
  const found = packet.readUInt16BE(0);
  if (found !== id) return `Warning: ID mismatch: expected ID ${id}, got ${found}`;
  const [first] = readHead(packet, packet.readUInt16BE(4)).question;
  // A server that did not understand the query need not repeat it.
  if (!first) return undefined;
  const { qname, qtype, qclass } = first;
  const isSame =
    qname.equals(question.qname) && qtype === question.qtype && qclass === question.qclass;
  if (isSame) return undefined;
  const name = qname.toString().replace(/(.)\.$/, "$1");
  return `Question section mismatch: got ${name}/${formatRrType(qtype)}/${formatRrClass(qclass)}`;
}

function readHead(packet: Buffer, questions: number): Message {
  const flags = packet.readUInt16BE(2);
  const reader = new WireReader(packet, HEADER_OCTETS);
  const question = [];
  for (let i = 0; i < questions; i++) {
    const one = { qname: reader.name(), qtype: reader.u16(), qclass: reader.u16() };
    if (reader.failed) break;
    question.push(one);
  }
  return {
    id: packet.readUInt16BE(0),
    flags,
    opcode: opcodeOf(flags),
    rcode: rcodeOf(flags),
    question,
    answer: [],
    authority: [],
    additional: [],
    edns: undefined,
  };
}

/** Where the last of so many records ends. */
function endOf(packet: Buffer, { question, answer, authority, additional }: Counts): number {
  const reader = new WireReader(packet, HEADER_OCTETS);
  for (let i = 0; i < question; i++) {
    reader.name();
    reader.u32();
  }
  for (let i = 0; i < answer + authority + additional; i++) {
    reader.name();
    reader.octets(8);
    reader.octets(reader.u16());
  }
  return reader.offset;
}

/** Whether the server says that the reply was too long for the way it came by. */
export function isTruncated(packet: Buffer): boolean {
  return (packet.readUInt16BE(2) & Flag.TC) !== 0;
}
