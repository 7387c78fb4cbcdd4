import { isDeepStrictEqual } from "node:util";
import { decode as decodeIndependently } from "dns-packet";
import { Composer, Section } from "../../src/dns/composer.ts";
import { MAX_UDP_OCTETS } from "../../src/dns/edns.ts";
import { Flag, HEADER_OCTETS, opcodeOf } from "../../src/dns/header.ts";
import { formatRcode, Rcode } from "../../src/dns/iana/rcode.ts";
import type { Message } from "../../src/dns/message.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { hold } from "./target.ts";

/** Response codes that docs/security.md says may come of a packet. */
const DOCUMENTED: readonly number[] = [
  Rcode.NOERROR,
  Rcode.FORMERR,
  Rcode.SERVFAIL,
  Rcode.NXDOMAIN,
  Rcode.NOTIMP,
  Rcode.REFUSED,
  Rcode.NOTAUTH,
  Rcode.BADVERS,
];
/** And those that may come of an update besides (RFC 2136 §2.2). */
const DOCUMENTED_OF_UPDATES: readonly number[] = [
  Rcode.YXDOMAIN,
  Rcode.YXRRSET,
  Rcode.NXRRSET,
  Rcode.NOTZONE,
];
const QR = 0x8000;
const Z = 0x0040;
const OPCODE = 0x7800;

/** Whether a packet has a claim to a reply: it is a query as far as its header goes. */
export function isQuery(packet: Buffer): boolean {
  return packet.length >= HEADER_OCTETS && (packet.readUInt16BE(2) & QR) === 0;
}

/** How a packet and its reply travelled. */
export interface Way {
  readonly isStream: boolean;
  /** An upstream made the reply: it may say that it is truncated wherever it likes, and any response code. */
  readonly isForwarded?: boolean;
  /** It was an update. */
  readonly isUpdate?: boolean;
}

/**
 * Whatever was sent, a reply is a good message, to that very packet.
 * @returns its response code
 * @throws {FuzzFinding} if it is not
 */
export function checkReply(packet: Buffer, reply: Buffer, way: Way): string {
  const { isStream, isForwarded = false, isUpdate = false } = way;
  const message = parseMessage(reply);
  if (!message) {
    hold(false, `reply cannot be read: ${reply.toString("hex")}`, packet);
    return "";
  }
  const is = (isSo: boolean, what: string): void => hold(isSo, `reply ${what}`, packet);
  is(message.id === packet.readUInt16BE(0), "has another id");
  const [sent, got] = [packet.readUInt16BE(2), message.flags];
  is((got & QR) !== 0, "is no response");
  is((got & Z) === 0, "has Z set");
  is((got & OPCODE) === (sent & OPCODE), `has opcode ${opcodeOf(got)}`);
  is((got & (Flag.RD | Flag.CD)) === (sent & (Flag.RD | Flag.CD)), "has other RD or CD");
  const isDocumented =
    DOCUMENTED.includes(message.rcode) ||
    (isUpdate && DOCUMENTED_OF_UPDATES.includes(message.rcode));
  is(isForwarded || isDocumented, `has response code ${message.rcode}`);
  is(reply.length <= limitOf(packet, isStream), `is too long: ${reply.length} octets`);
  const mayTruncate = !isStream || isForwarded;
  is(mayTruncate || (got & Flag.TC) === 0, "is truncated in a stream");
  is(!message.edns || packet.readUInt16BE(10) > 0, "has OPT, the query had none");
  checkQuestion(packet, message);
  checkRoundTrip(packet, message);
  checkIndependently(packet, reply, message);
  return formatRcode(message.rcode);
}

/** What EDNS announced counts, and 512 octets where there is none (RFC 6891 §6.2.3, RFC 1035 §4.2.1). */
function limitOf(packet: Buffer, isStream: boolean): number {
  if (isStream) return 65_535;
  const asked = parseMessage(packet);
  // A packet that cannot be read whole may have an OPT record all the same.
  if (!asked) return MAX_UDP_OCTETS;
  return Math.min(MAX_UDP_OCTETS, Math.max(512, asked.edns?.payloadSize ?? 512));
}

/** None, or the packet's octet by octet (RFC 4343 §4). */
function checkQuestion(packet: Buffer, { question }: Message): void {
  hold(question.length <= 1, "reply has several questions", packet);
  const [only] = question;
  if (!only) return;
  const wire = Buffer.from(only.qname.wire, "latin1");
  const sent = packet.subarray(HEADER_OCTETS, HEADER_OCTETS + wire.length);
  hold(wire.equals(sent), "reply has another question", packet);
}

const composer = new Composer();

/** What was read of a reply, written and read again, is the same. */
function checkRoundTrip(packet: Buffer, message: Message): void {
  composer.begin(message.id, message.flags, 65_535);
  for (const { qname, qtype, qclass } of message.question) composer.question(qname, qtype, qclass);
  composer.append(Section.answer, message.answer);
  composer.append(Section.authority, message.authority);
  composer.append(Section.additional, message.additional);
  const again = parseMessage(composer.finish());
  const isSame = isDeepStrictEqual(
    { ...again, rcode: 0, edns: 0 },
    { ...message, rcode: 0, edns: 0 },
  );
  hold(isSame, "reply is another one after a round trip", packet);
}

/** A library that shares no code with ours reads as many records. */
function checkIndependently(packet: Buffer, reply: Buffer, message: Message): void {
  let read;
  try {
    read = decodeIndependently(reply);
  } catch (cause) {
    hold(false, `dns-packet cannot read reply ${reply.toString("hex")}: ${String(cause)}`, packet);
    return;
  }
  const theirs = [read.answers?.length, read.authorities?.length];
  const ours = [message.answer.length, message.authority.length];
  hold(theirs.join() === ours.join(), `dns-packet reads ${theirs.join()} records`, packet);
}
