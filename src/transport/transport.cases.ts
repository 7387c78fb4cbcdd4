import type { Socket as UdpSocket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { frame } from "../dns/frame-reader.ts";

/** A query for `a. A` with this id. */
export function packetOf(id: number): Buffer {
  const packet = Buffer.from("00000100000100000000000001610000010001", "hex");
  packet.writeUInt16BE(id, 0);
  return packet;
}

/** Opens a socket whose datagrams go to one place, and leave while `send` runs. */
export async function connectUdp(port: number, address = "127.0.0.1"): Promise<UdpSocket> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.connect(port, address);
  await once(socket, "connect");
  // A port that is closed by now is no fault of the socket; whoever waits for a reply notices.
  socket.on("error", () => {});
  return socket;
}

/** Sends one datagram and gives the reply. */
export async function askUdp(port: number, packet: Buffer, address = "127.0.0.1"): Promise<Buffer> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  socket.send(packet, port, address);
  const [reply] = (await once(socket, "message")) as [Buffer];
  socket.close();
  return reply;
}

/** A TCP client that collects what it is sent. */
export class TcpProbe {
  readonly socket: Socket;
  received: Buffer = Buffer.alloc(0);
  ended = false;
  failed = false;
  readonly closed: Promise<void>;

  /** @param from the client's own address */
  constructor(port: number, address = "127.0.0.1", from?: string) {
    const local = from === undefined ? {} : { localAddress: from };
    this.socket = connect({ port, host: address, allowHalfOpen: true, ...local });
    this.socket.on("data", (chunk: Buffer) => {
      this.received = Buffer.concat([this.received, chunk]);
    });
    this.socket.on("end", () => {
      this.ended = true;
      this.socket.end();
    });
    this.socket.on("error", () => {
      this.failed = true;
    });
    this.closed = new Promise((resolve) => {
      this.socket.on("close", () => resolve());
    });
  }

  send(...packets: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(packets.map(frame)));
  }

  /** Ids of the messages that have arrived whole, in order. */
  ids(): number[] {
    const ids: number[] = [];
    for (let at = 0; at + 2 <= this.received.length;) {
      const length = this.received.readUInt16BE(at);
      if (at + 2 + length > this.received.length) break;
      ids.push(this.received.readUInt16BE(at + 2));
      at += 2 + length;
    }
    return ids;
  }

  async untilIds(count: number): Promise<number[]> {
    while (this.ids().length < count && !this.socket.destroyed) {
      await Promise.race([once(this.socket, "data"), this.closed]);
    }
    return this.ids();
  }
}
