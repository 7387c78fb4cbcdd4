import type { EdnsOption } from "../dns/edns.ts";
import { MAX_UDP_OCTETS, ednsLength, writeEdns } from "../dns/edns.ts";
import { Flag, HEADER_OCTETS, opcodeOf, rcodeOf } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import type { Message, Question } from "../dns/message.ts";
import { parseMessage } from "../dns/message.ts";
import { WireWriter } from "../dns/wire-writer.ts";

export interface RequestEdns {
  readonly dnssecOk: boolean;
  /** The most octets over UDP that we want; as many as we take if it is not said. */
  readonly payloadSize?: number;
  readonly options?: readonly EdnsOption[];
}

export interface RequestParts extends Question {
  /** Of the header's flags: RD, AD and CD. */
  readonly flags: number;
  /** Without it no OPT is sent, and the upstream truncates as for a client without EDNS. */
  readonly edns?: RequestEdns | undefined;
}

const NO_OPTIONS: readonly EdnsOption[] = [];

/** A question for an upstream, encoded once however often it is sent. */
export class Request {
  /** Equal for requests that one reply answers: those that differ in nothing but case. */
  readonly key: string;
  readonly question: Question;
  readonly #parts: RequestParts;
  #withoutEdns: Request | undefined;
  readonly #packet: Buffer;
  readonly #questionEnd: number;
  #isSent = false;

  constructor(parts: RequestParts) {
    this.#packet = encode(parts);
    this.#questionEnd = HEADER_OCTETS + parts.qname.wire.length + 4;
    this.key = keyOf(parts);
    this.question = this.#parts = parts;
  }

  /** Whether it has an OPT record. */
  get hasEdns(): boolean {
    return this.#parts.edns !== undefined;
  }

  /** The same question for an upstream that knows no EDNS (RFC 6891 §7). */
  get withoutEdns(): Request {
    if (!this.hasEdns) return this;
    return (this.#withoutEdns ??= new Request({ ...this.#parts, edns: undefined }));
  }

  /** The packet to send with this id. The socket may keep it for as long as it likes. */
  packet(id: number): Buffer {
    const packet = this.#isSent ? Buffer.from(this.#packet) : this.#packet;
    this.#isSent = true;
    packet.writeUInt16BE(id, 0);
    return packet;
  }

  /**
   * The reply in a packet that came from the right place with the right id.
   * @returns undefined if it answers something else (RFC 5452 §9.1) or is malformed: whoever
   * waits goes on waiting, so that a forger gains nothing by being first.
   */
  read(packet: Buffer): Message | undefined {
    if (!isReply(packet)) return undefined;
    if (!this.#hasQuestion(packet)) return bareRefusal(packet);
    const message = parseMessage(packet, this.question);
    if (message) return message;
    // Some servers cut a long reply in the middle of a record: nothing in it matters but TC. Who
    // does not understand a query may send it back with a code, and half of its OPT.
    const isCut = (packet.readUInt16BE(2) & Flag.TC) !== 0;
    return isCut || refuses(rcodeOf(packet.readUInt16BE(2))) ? headerOnly(packet) : undefined;
  }

  /** One question, and it is ours octet by octet, except for the case of letters. */
  #hasQuestion(packet: Buffer): boolean {
    const end = this.#questionEnd;
    if (packet.length < end || packet.readUInt16BE(4) !== 1) return false;
    const nameEnd = end - 4;
    for (let at = HEADER_OCTETS; at < end; at++) {
      const asked = this.#packet[at] as number;
      const found = packet[at] as number;
      if (asked !== found && (at >= nameEnd || !isSameLetter(asked, found))) return false;
    }
    return true;
  }
}

/**
 * A question of which only matters that somebody replies: some servers refuse without repeating
 * the question, and are alive.
 */
export class ProbeRequest extends Request {
  override read(packet: Buffer): Message | undefined {
    return isReply(packet) ? headerOnly(packet) : undefined;
  }
}

/**
 * A reply that says that the query was not understood, and so does not repeat the question: a bare
 * header, whatever its counts promise, or one that counts none. BADVERS is told by the OPT.
 */
function bareRefusal(packet: Buffer): Message | undefined {
  if (packet.length > HEADER_OCTETS && packet.readUInt16BE(4) !== 0) return undefined;
  const header = headerOnly(packet);
  if (refuses(header.rcode)) return header;
  const message = parseMessage(packet);
  return message?.rcode === Rcode.BADVERS ? message : undefined;
}

function refuses(rcode: number): boolean {
  return rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP;
}

function keyOf({ qname, qtype, qclass, flags, edns }: RequestParts): string {
  const ednsBits = edns ? (edns.dnssecOk ? 3 : 1) : 0;
  const key = qname.key + String.fromCharCode(qtype, qclass, flags, ednsBits);
  const { options = NO_OPTIONS } = edns ?? {};
  const texts = options.map(({ code, data }) => {
    return String.fromCharCode(code, data.length) + data.toString("latin1");
  });
  return key + texts.join("");
}

function isReply(packet: Buffer): boolean {
  if (packet.length < HEADER_OCTETS) return false;
  const flags = packet.readUInt16BE(2);
  return (flags & Flag.QR) !== 0 && opcodeOf(flags) === 0;
}

/** Letters differ by one bit; length octets are below 64 and so never taken for letters. */
function isSameLetter(one: number, other: number): boolean {
  const lower = one | 0x20;
  return lower === (other | 0x20) && lower >= 0x61 && lower <= 0x7a;
}

function headerOnly(packet: Buffer): Message {
  const flags = packet.readUInt16BE(2);
  return {
    id: packet.readUInt16BE(0),
    flags,
    opcode: opcodeOf(flags),
    rcode: rcodeOf(flags),
    question: [],
    answer: [],
    authority: [],
    additional: [],
    edns: undefined,
  };
}

function encode({ qname, qtype, qclass, flags, edns }: RequestParts): Buffer {
  const { options = NO_OPTIONS } = edns ?? {};
  const ednsOctets = edns ? ednsLength(options) : 0;
  const octets = HEADER_OCTETS + qname.wire.length + 4 + ednsOctets;
  const writer = new WireWriter(Buffer.allocUnsafe(octets));
  writer.u16(0);
  writer.u16(flags);
  writer.u16(1);
  writer.u32(0);
  writer.u16(edns ? 1 : 0);
  writer.name(qname);
  writer.u16(qtype);
  writer.u16(qclass);
  if (edns) writeEdns(writer, edns.payloadSize ?? MAX_UDP_OCTETS, 0, edns.dnssecOk, options);
  return writer.bytes;
}
