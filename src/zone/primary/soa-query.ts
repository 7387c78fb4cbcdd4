import { createSocket } from "node:dgram";
import { isIPv6 } from "node:net";
import { Flag, HEADER_OCTETS } from "../../dns/header.ts";
import { Rcode, formatRcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Message } from "../../dns/message.ts";
import type { Name } from "../../dns/name.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { RandomInts } from "../../upstream/random-ints.ts";
import { Request } from "../../upstream/request.ts";
import { messagesFrom } from "./primary-stream.ts";
import type { PrimaryServer, Signing } from "./signing.ts";
import { signingWith } from "./signing.ts";
import { TransferError } from "./transfer-error.ts";
import { UDP_MS } from "./transfer-limits.ts";

const ids = new RandomInts();

/**
 * Which version a primary has: by UDP, and by TCP if that comes to nothing or is too small.
 * @returns the serial number of its SOA record
 * @throws {TransferError}
 */
export async function askSerial(
  origin: Name,
  server: PrimaryServer,
  signal: AbortSignal,
): Promise<number> {
  const question = { qname: origin, qtype: RrType.SOA, qclass: RrClass.IN };
  const request = new Request({ ...question, flags: 0 });
  const byUdp = await askByUdp(request, server, signal);
  const isWhole = byUdp !== undefined && (byUdp.flags & Flag.TC) === 0;
  return serialIn(isWhole ? byUdp : await askByTcp(request, server, signal), origin);
}

function serialIn({ rcode, flags, answer }: Message, origin: Name): number {
  if (rcode !== Rcode.NOERROR) throw new TransferError(`it answers ${formatRcode(rcode)}`);
  // What it has from others may be of any age.
  if ((flags & Flag.AA) === 0) throw new TransferError("it is no authority of the zone");
  const record = answer.find(({ type, owner }) => type === RrType.SOA && owner.equals(origin));
  const soa = record && SOA.decode(record.rdata);
  if (!soa) throw new TransferError("it has no SOA record");
  return soa.serial;
}

/** @returns undefined if there is no reply in time */
function askByUdp(
  request: Request,
  { address, port, key }: PrimaryServer,
  signal: AbortSignal,
): Promise<Message | undefined> {
  return new Promise((resolve) => {
    const family = isIPv6(address) ? 6 : 4;
    const socket = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      signal,
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    const end = (message?: Message): void => {
      clearTimeout(timer);
      resolve(message);
      socket.removeAllListeners("close");
      try {
        socket.close();
      } catch {
        // The signal has closed it.
      }
    };
    const timer = setTimeout(end, UDP_MS).unref();
    const id = ids.below(0x1_0000);
    socket.on("close", () => end());
    socket.on("error", () => end());
    const signing = signingWith(key);
    socket.on("message", (packet) => {
      const message = replyIn(packet, id, request, signing);
      if (message) end(message);
    });
    socket.on("connect", () => socket.send(signing.sign(request.packet(id))));
    socket.connect(port, address);
  });
}

/** Whatever else comes by UDP may be forged: it is as if it had not come. */
function replyIn(
  packet: Buffer,
  id: number,
  request: Request,
  signing: Signing,
): Message | undefined {
  const message = hasId(packet, id) ? request.read(packet) : undefined;
  try {
    if (message) signing.verify(packet);
    return message;
  } catch {
    return undefined;
  }
}

async function askByTcp(
  request: Request,
  server: PrimaryServer,
  signal: AbortSignal,
): Promise<Message> {
  const id = ids.below(0x1_0000);
  const signing = signingWith(server.key);
  for await (const packet of messagesFrom(server, request.packet(id), signing, signal)) {
    const message = hasId(packet, id) ? request.read(packet) : undefined;
    if (message) return message;
    throw new TransferError("it answers another question");
  }
  throw new TransferError("it closed the connection");
}

function hasId(packet: Buffer, id: number): boolean {
  return packet.length >= HEADER_OCTETS && packet.readUInt16BE(0) === id;
}
