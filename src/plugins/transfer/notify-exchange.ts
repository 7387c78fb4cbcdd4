import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { randomInt } from "node:crypto";
import { Composer, Section } from "../../dns/composer.ts";
import { Flag } from "../../dns/header.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { parseMessage } from "../../dns/message.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { guard } from "../../observe/faults.ts";
import { TsigConversation, TsigError } from "../../dns/tsig/tsig-conversation.ts";
import type { Recipient } from "./transfer-rules.ts";

const OPCODE_SHIFT = 11;
const NOTIFY_FLAGS = (Opcode.NOTIFY << OPCODE_SHIFT) | Flag.AA;
const MAX_OCTETS = 512;

const composer = new Composer();

/** A NOTIFY for a zone, with its SOA record (RFC 1996 §3.7). */
export function notifyMessage(id: number, soa: ResourceRecord): Buffer {
  composer.begin(id, NOTIFY_FLAGS, MAX_OCTETS);
  composer.question(soa.owner, RrType.SOA, RrClass.IN);
  composer.append(Section.answer, [soa]);
  return Buffer.from(composer.finish());
}

/**
 * Tells one secondary of a zone, once, by a socket of its own.
 * @returns the response code; undefined if there was no answer in time
 * @throws {Error} if it cannot be sent, or nobody listens there
 */
export async function sendNotify(
  soa: ResourceRecord,
  { address, port, source, key }: Recipient,
  signal: AbortSignal,
): Promise<number | undefined> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    if (source !== undefined) await bound(socket, source, signal);
    // The kernel then takes datagrams from there only.
    socket.connect(port, address);
    await once(socket, "connect", { signal });
    const id = randomInt(0x1_0000);
    const conversation = key && new TsigConversation(key, nowSeconds);
    const message = notifyMessage(id, soa);
    const reply = answerTo(socket, { id, soa, conversation }, signal);
    socket.send(conversation?.sign(message) ?? message);
    return await reply;
  } catch (error) {
    if (signal.aborted && !(error instanceof TsigError)) return undefined;
    throw error;
  } finally {
    socket.close();
  }
}

async function bound(socket: Socket, source: string, signal: AbortSignal): Promise<void> {
  socket.bind({ address: source, port: 0 });
  await once(socket, "listening", { signal });
}

/** A NOTIFY that is under way. */
interface Asked {
  readonly id: number;
  readonly soa: ResourceRecord;
  readonly conversation: TsigConversation | undefined;
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}

/** What is no answer to that NOTIFY is passed over. */
function answerTo(
  socket: Socket,
  { id, soa, conversation }: Asked,
  signal: AbortSignal,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject);
    let trouble: unknown;
    signal.addEventListener("abort", () => (trouble ? reject(trouble) : resolve(undefined)));
    const take = (packet: Buffer): void => {
      const message = parseMessage(packet);
      const [question] = message?.question ?? [];
      const isAnswer =
        message?.id === id &&
        (message.flags & Flag.QR) !== 0 &&
        ((message.flags >> OPCODE_SHIFT) & 0xf) === Opcode.NOTIFY &&
        (question === undefined || question.qname.equals(soa.owner));
      if (!isAnswer) return;
      try {
        conversation?.verify(packet);
        resolve(message.rcode);
      } catch (error) {
        // The right one may come yet.
        trouble = error;
      }
    };
    socket.on("message", guard("answer to NOTIFY", take, reject));
  });
}
