import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { createServer as createTcpServer } from "node:net";
import type { TlsOptions } from "node:tls";
import { createServer as createTlsServer } from "node:tls";
import { FrameReader, frame } from "../dns/frame-reader.ts";
import { extendedErrorOption } from "../dns/edns.ts";
import { Composer, Section } from "../dns/composer.ts";
import { WireReader } from "../dns/wire-reader.ts";
import { MAX_MESSAGE_OCTETS } from "../dns/wire-writer.ts";
import { records } from "./query.ts";
import { untilFree } from "./until-free.ts";

const ADDRESS = "127.0.0.1";
const RECEIVE_OCTETS = 1 << 20;

/** A query as it came in. */
export interface ReceivedQuery {
  readonly transport: "udp" | "stream";
  readonly packet: Buffer;
  readonly id: number;
  /** The sender's address. */
  readonly address: string;
  /** The sender's port: for UDP its socket, for a stream its connection. */
  readonly port: number;
  /** Sends octets as one message; may be called as often as one likes, or never. */
  readonly reply: (octets: Buffer) => void;
  /** The connection, to write to or end as one likes; undefined for UDP. */
  readonly connection: Socket | undefined;
}

/** An upstream that does what a test says, right or wrong. */
export interface FakeUpstream {
  readonly port: number;
  /** `127.0.0.1:12345`, for UDP and TCP, or for TLS. */
  readonly address: string;
  readonly received: readonly ReceivedQuery[];
  readonly close: () => Promise<void>;
}

/**
 * Starts an upstream on UDP and TCP, or with `tls` on TLS alone.
 * @param answer called for each query, oldest first
 */
export async function startFakeUpstream(
  answer: (query: ReceivedQuery) => void,
  tls?: TlsOptions,
): Promise<FakeUpstream> {
  const received: ReceivedQuery[] = [];
  const receive = (query: ReceivedQuery): void => {
    received.push(query);
    answer(query);
  };
  const connections = new Set<Socket>();
  const onConnection = (socket: Socket): void => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    serveConnection(socket, receive);
  };
  const { server, port, closeUdp } = await untilFree(async () => {
    const server = tls ? createTlsServer(tls, onConnection) : createTcpServer(onConnection);
    // A client that does not like the certificate ends the handshake.
    server.on("tlsClientError", () => {});
    const port = await listen(server);
    try {
      return { server, port, closeUdp: tls ? undefined : await serveUdp(port, receive) };
    } catch (cause) {
      server.close();
      throw cause;
    }
  });
  return {
    port,
    address: `${ADDRESS}:${port}`,
    received,
    close: async () => {
      for (const connection of connections) connection.destroy();
      server.close();
      await Promise.all([once(server, "close"), closeUdp?.()]);
    },
  };
}

/** A reply to a query: its question, and one A record with this address for its name. */
export function answerTo(packet: Buffer, address = "192.0.2.1", ttlSeconds = 60): Buffer {
  const questionEnd = packet.indexOf(0, 12) + 5;
  const reply = Buffer.alloc(questionEnd + 16);
  packet.copy(reply, 0, 0, questionEnd);
  reply.writeUInt16BE(0x8080 | packet.readUInt16BE(2), 2);
  Buffer.from([0, 1, 0, 1, 0, 0, 0, 0]).copy(reply, 4);
  Buffer.from([0xc0, 12, 0, 1, 0, 1]).copy(reply, questionEnd);
  reply.writeUInt32BE(ttlSeconds, questionEnd + 6);
  reply.writeUInt16BE(4, questionEnd + 10);
  Buffer.from(address.split(".").map(Number)).copy(reply, questionEnd + 12);
  return reply;
}

/** What a reply has besides the question; see {@link replyTo}. */
export interface ReplyParts {
  readonly rcode?: number;
  /** Those that are set besides QR, RA and the query's. */
  readonly flags?: number;
  /** Records in presentation form. */
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
}

/** A reply of any records, of at most 64 KiB. */
export function replyTo(packet: Buffer, parts: ReplyParts): Buffer {
  const { rcode = 0, flags = 0, answer = [], authority = [], additional = [] } = parts;
  const reader = new WireReader(packet, 12);
  const [qname, qtype, qclass] = [reader.name(), reader.u16(), reader.u16()];
  const composer = new Composer();
  const all = 0x8080 | packet.readUInt16BE(2) | flags | rcode;
  composer.begin(packet.readUInt16BE(0), all, MAX_MESSAGE_OCTETS);
  composer.question(qname, qtype, qclass);
  composer.append(Section.answer, records(...answer));
  composer.append(Section.authority, records(...authority));
  composer.append(Section.additional, records(...additional));
  return Buffer.from(composer.finish());
}

/** A reply without records. */
export function emptyReplyTo(packet: Buffer, rcode: number, flags = 0): Buffer {
  const reply = Buffer.from(packet.subarray(0, packet.indexOf(0, 12) + 5));
  reply.writeUInt16BE(0x8080 | packet.readUInt16BE(2) | flags | rcode, 2);
  Buffer.from([0, 1, 0, 0, 0, 0, 0, 0]).copy(reply, 4);
  return reply;
}

/** A reply with OPT and an Extended DNS Error (RFC 8914) in it; it must have none yet. */
export function withExtendedError(reply: Buffer, infoCode: number, text: string): Buffer {
  const { code, data } = extendedErrorOption(infoCode, text);
  const head = Buffer.from([0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(4 + data.length, 9);
  head.writeUInt16BE(code, 11);
  head.writeUInt16BE(data.length, 13);
  const whole = Buffer.concat([reply, head, data]);
  whole.writeUInt16BE(reply.readUInt16BE(10) + 1, 10);
  return whole;
}

function serveConnection(socket: Socket, receive: (query: ReceivedQuery) => void): void {
  const reader = new FrameReader();
  const port = socket.remotePort ?? 0;
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    reader.push(chunk, (packet) => {
      receive({
        transport: "stream",
        packet,
        id: packet.readUInt16BE(0),
        address: socket.remoteAddress ?? "",
        port,
        reply: (octets) => void socket.write(frame(octets)),
        connection: socket,
      });
    });
  });
}

async function listen(server: Server): Promise<number> {
  server.listen(0, ADDRESS);
  await once(server, "listening");
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("Cannot listen: no port");
  return bound.port;
}

async function serveUdp(
  port: number,
  receive: (query: ReceivedQuery) => void,
): Promise<() => Promise<void>> {
  // A hundred queries at once would fill the usual one while this process does something else.
  const socket = createSocket({ type: "udp4", recvBufferSize: RECEIVE_OCTETS });
  let isOpen = true;
  // Who has asked may be gone.
  socket.on("error", () => {});
  socket.on("message", (packet, peer) => {
    receive({
      transport: "udp",
      packet,
      id: packet.readUInt16BE(0),
      address: peer.address,
      port: peer.port,
      reply: (octets) => {
        if (isOpen) socket.send(octets, peer.port, peer.address);
      },
      connection: undefined,
    });
  });
  socket.bind(port, ADDRESS);
  await once(socket, "listening");
  return async () => {
    isOpen = false;
    socket.close();
    await once(socket, "close");
  };
}
