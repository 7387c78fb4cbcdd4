import { expect } from "vitest";
import { decodeExtendedError } from "../../src/dns/edns.ts";
import { HEADER_OCTETS } from "../../src/dns/header.ts";
import { Opcode } from "../../src/dns/iana/opcode.ts";
import { OptionCode } from "../../src/dns/iana/option-code.ts";
import type { Message } from "../../src/dns/message.ts";
import { parseMessage } from "../../src/dns/message.ts";
import type { Transport } from "./row.ts";

/** Header bits: QR; opcode and RD and CD; Z. */
const [QR, REPEATED, Z] = [0x8000, 0x7910, 0x0040];
const UNASSIGNED_RCODES = [11, 12, 13, 14, 15];

/** What the laws need to know of a transport. */
export type Carrier = Pick<Transport, "maxReplyOctets" | "isStream">;

/** Holds a reply to what every reply keeps to, whatever was asked. */
export function expectLawful(query: Buffer, reply: Buffer, on: Carrier): void {
  const message = parseMessage(reply);
  if (!message) throw new Error(`Cannot read reply: ${reply.toString("hex")}`);
  expectHeader(query, reply, message);
  expectQuestion(query, reply, message);
  const asked = parseMessage(query);
  const most = limit(asked, on);
  if (reply.length > most) expect(reply.length).toBeLessThanOrEqual(most);
  expectEdns(query, asked, message, on);
}

/** `expect` only says what is wrong: asked for each of so many replies, it takes longer than the answer. */
export function expectSame(law: string, found: unknown, wanted: unknown): void {
  if (found !== wanted) expect({ [law]: found }).toEqual({ [law]: wanted });
}

function expectHeader(query: Buffer, reply: Buffer, message: Message): void {
  const flags = reply.readUInt16BE(2);
  expectSame("id", message.id, query.readUInt16BE(0));
  expectSame("QR", flags & QR, QR);
  expectSame("opcode, RD and CD", flags & REPEATED, query.readUInt16BE(2) & REPEATED);
  expectSame("Z", flags & Z, 0);
  if (UNASSIGNED_RCODES.includes(message.rcode)) {
    throw new Error(`Cannot go on: rcode ${message.rcode}, which is not assigned`);
  }
}

/** One question at most, and that one octet by octet (RFC 4343 §4). */
function expectQuestion(query: Buffer, reply: Buffer, message: Message): void {
  const [question, second] = message.question;
  expectSame("a second question", second, undefined);
  if (!question) return;
  const [start, end] = [HEADER_OCTETS, HEADER_OCTETS + question.qname.wire.length + 4];
  const isAsAsked = reply.compare(query, start, Math.min(end, query.length), start, end) === 0;
  if (!isAsAsked) expect(reply.subarray(start, end)).toEqual(query.subarray(start, end));
}

/** What the transport can carry and, over datagrams, what EDNS announced (RFC 6891 §6.2.3). */
function limit(asked: Message | undefined, on: Carrier): number {
  if (on.isStream) return on.maxReplyOctets;
  return Math.min(on.maxReplyOctets, Math.max(512, asked?.edns?.payloadSize ?? 512));
}

/** OPT for those who sent one; of options only those that are meant, never the client's own. */
function expectEdns(
  query: Buffer,
  asked: Message | undefined,
  { edns }: Message,
  on: Carrier,
): void {
  // Another opcode's message has a shape that we do not know; nor are two questions read.
  const isRead = asked && asked.opcode === Opcode.QUERY && asked.question.length <= 1;
  if (isRead) expectSame("EDNS", edns !== undefined, asked.edns !== undefined);
  // Of what cannot be read it is enough that there is no OPT where none can have been.
  else if (edns) expectSame("additional records", query.readUInt16BE(10) > 0, true);
  if (!edns) return;
  expectSame("EDNS version", edns.version, 0);
  expectSame("EDNS payload size", edns.payloadSize, 1232);
  const isKeepaliveAsked = asked?.edns?.options.some(({ code }) => code === OptionCode.KEEPALIVE);
  const foreign = edns.options.filter(({ code, data }) => {
    if (code === OptionCode.EXTENDED_ERROR) return decodeExtendedError(data) === undefined;
    return !(code === OptionCode.KEEPALIVE && on.isStream && isKeepaliveAsked);
  });
  if (foreign.length > 0) expect(foreign).toEqual([]);
}
