import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect } from "node:net";
import { Composer } from "../../dns/composer.ts";
import { FrameReader, frame } from "../../dns/frame-reader.ts";
import { Flag } from "../../dns/header.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { parseRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { findTsig, readSigned } from "../../dns/tsig/tsig-record.ts";

export const SECRET = "NoTCJU+DMqFWywaPyxSijrDEA/eC3nK0xi3AMEZuPVk=";
export const KEY: TsigKey = {
  name: Name.parse("k.example.org."),
  secret: Buffer.from(SECRET, "base64"),
  configured: undefined,
};

export type Transport = "udp" | "tcp";

export function question(qname = "a.example.org.", qtype = "A", hasEdns = false): Buffer {
  const composer = new Composer();
  composer.begin(4_711, Flag.RD, 4_096);
  composer.question(Name.parse(qname), parseRrType(qtype) ?? 1, RrClass.IN);
  if (hasEdns) {
    composer.reserve(11);
    composer.edns(1_232, 0, false, []);
  }
  return composer.finish();
}

/** Sends a packet to a server of this machine. @returns the messages of its reply, so many of them */
export async function exchange(
  transport: Transport,
  port: number,
  packet: Buffer,
  messages = 1,
): Promise<Buffer[]> {
  return transport === "udp" ? overUdp(port, packet) : overTcp(port, packet, messages);
}

async function overUdp(port: number, packet: Buffer): Promise<Buffer[]> {
  const socket = createSocket("udp4");
  const reply = once(socket, "message");
  socket.send(packet, port, "127.0.0.1");
  const [message] = (await reply) as [Buffer];
  socket.close();
  return [message];
}

async function overTcp(port: number, packet: Buffer, messages: number): Promise<Buffer[]> {
  const socket = connect(port, "127.0.0.1");
  const received: Buffer[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const reader = new FrameReader();
  socket.on("data", (data) => {
    reader.push(data, (message) => received.push(message));
    if (received.length >= messages) resolve();
  });
  socket.on("error", reject);
  socket.on("close", () => reject(new Error(`${received.length} messages`)));
  socket.write(frame(packet));
  await promise.finally(() => socket.destroy());
  return received;
}

/** What a reply says of its signature. */
export interface Told {
  readonly rcode: number;
  /** Undefined if it has no TSIG record. */
  readonly error: number | undefined;
  readonly macOctets: number;
}

export function told(reply: Buffer | undefined): Told {
  if (!reply) throw new Error("no reply");
  const rcode = reply.readUInt16BE(2) & 0x0f;
  const at = findTsig(reply);
  const signed = at ? readSigned(reply, at) : undefined;
  const { error, mac } = signed?.fields ?? {};
  return { rcode, error, macOctets: mac?.length ?? 0 };
}
