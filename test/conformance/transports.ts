import { once } from "node:events";
import { createSocket } from "node:dgram";
import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { MAX_UDP_OCTETS } from "../../src/dns/edns.ts";
import { FrameReader, frame } from "../../src/dns/frame-reader.ts";
import { loadLibc } from "../../src/transport/native/libc.ts";
import type { Row, Transport, TransportKind } from "./row.ts";
import { Waiting } from "./waiting.ts";

const ADDRESS = "127.0.0.1";

const isNative = await loadLibc().then(
  () => true,
  () => false,
);

/** Every transport that the server has: whatever joins the list is held to every row. */
export const transports: readonly TransportKind[] = [
  { name: "UDP", directive: udp("node"), isStream: false, open: openUdp },
  ...(isNative ? nativeUdp() : []),
  tcp("node"),
  ...(isNative ? [tcp("native")] : []),
];

function tcp(way: string): TransportKind {
  const open = (port: number): Promise<Transport> => openStream("TCP", port, connectTcp);
  return { name: "TCP", directive: udp(way), isStream: true, open };
}

function nativeUdp(): readonly TransportKind[] {
  const ways = ["native\n    workers 0", "native\n    workers 2"];
  return ways.map((way) => {
    return { name: "UDP", directive: udp(way), isStream: false, open: openUdp };
  });
}

function udp(way: string): string {
  return `transport {\n    udp ${way}\n  }`;
}

/** Whether a row is for a kind of transport. */
export function isFor(row: Row, kind: TransportKind): boolean {
  return row.over === undefined || (row.over === "streams") === kind.isStream;
}

function connectTcp(port: number, localAddress: string = ADDRESS): Socket {
  const options = { host: ADDRESS, port, localAddress, noDelay: true, allowHalfOpen: true };
  return createConnection(options);
}

async function openUdp(port: number): Promise<Transport> {
  const waiting = new Waiting();
  const socket = createSocket("udp4");
  // A closed port is silence, as every other silence.
  socket.on("error", () => {});
  socket.on("message", (reply) => waiting.take(reply));
  socket.connect(port, ADDRESS);
  await once(socket, "connect");
  return {
    name: "UDP",
    maxReplyOctets: MAX_UDP_OCTETS,
    isStream: false,
    exchange(packet): Promise<Buffer | undefined> {
      const reply = waiting.wait(packet);
      socket.send(packet);
      return reply;
    },
    strays: waiting.strays,
    elsewhere: openUdp,
    connect(): Socket {
      throw new TypeError("Cannot connect: UDP has no connections");
    },
    close(): void {
      waiting.giveUp();
      socket.close();
    },
  };
}

/** One connection for all packets, opened again when the server has closed it. */
function openStream(
  name: string,
  port: number,
  connect: (port: number, localAddress?: string) => Socket,
): Promise<Transport> {
  const waiting = new Waiting();
  let connection: Socket | undefined;
  const open = (): Socket => {
    const socket = connect(port);
    const frames = new FrameReader();
    socket.on("data", (chunk: Buffer) => frames.push(chunk, (reply) => waiting.take(reply)));
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
    socket.on("close", () => {
      if (connection === socket) connection = undefined;
      waiting.giveUp();
    });
    return socket;
  };
  return Promise.resolve({
    name,
    maxReplyOctets: 65_535,
    isStream: true,
    exchange(packet): Promise<Buffer | undefined> {
      connection = connection?.writable === true ? connection : open();
      const reply = waiting.wait(packet);
      connection.write(frame(packet));
      return reply;
    },
    strays: waiting.strays,
    elsewhere: (other) => openStream(name, other, connect),
    connect: (localAddress) => connect(port, localAddress),
    close: () => void connection?.destroy(),
  });
}
