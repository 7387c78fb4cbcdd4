import { once } from "node:events";
import type { Server, Socket } from "node:net";
import { connect as connectTcp, createServer } from "node:net";

/** What a Pod does with each connection; it has a port for each. */
export type Direction = "download" | "upload" | "both";

export const DIRECTIONS: readonly Direction[] = ["download", "upload", "both"];

/** Read into again and again: readers are to cost little beside what is measured. */
const READ_OCTETS = 256 << 10;
const WRITE_OCTETS = 1 << 20;
const OCTETS = Buffer.alloc(WRITE_OCTETS, "octets ");
/** Port-forward carries no end of writing: who has received everything says so. */
const RECEIVED = Buffer.from(".");
const NOTHING = Buffer.alloc(0);

/** The Pod's end of a direction, for connections of so many octets each. */
export function servePod(direction: Direction, octets: number): Server {
  const isSending = direction !== "upload";
  const isReceiving = direction !== "download";
  return createServer({ highWaterMark: READ_OCTETS }, (socket) => {
    // A measurement that ends early cuts connections.
    socket.on("error", () => {});
    const sent = isSending ? send(socket, octets) : Promise.resolve();
    const received = isReceiving ? count(socket, octets) : Promise.resolve();
    void Promise.all([sent, received]).then(() => socket.end(isReceiving ? RECEIVED : NOTHING));
  });
}

/** Carries so many octets over one connection. @returns when both ends have all of theirs */
export async function carry(
  direction: Direction,
  octets: number,
  host: string,
  port: number,
): Promise<void> {
  const expected = (direction === "upload" ? 0 : octets) + (direction === "download" ? 0 : 1);
  let received = 0;
  const onread = {
    buffer: Buffer.alloc(READ_OCTETS),
    callback: (length: number): boolean => {
      received += length;
      return true;
    },
  };
  const socket = connectTcp({ host, port, onread });
  await once(socket, "connect");
  if (direction !== "download") void send(socket, octets);
  await once(socket, "close");
  if (received !== expected) throw new Error(`${direction}: ${received} octets of ${expected}`);
}

async function send(socket: Socket, octets: number): Promise<void> {
  for (let left = octets; left > 0 && !socket.destroyed; left -= WRITE_OCTETS) {
    const isTaken = socket.write(OCTETS.subarray(0, Math.min(left, WRITE_OCTETS)));
    if (!isTaken) await once(socket, "drain");
  }
}

function count(socket: Socket, octets: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = octets;
  socket.on("data", (chunk: Buffer) => {
    left -= chunk.length;
    if (left <= 0) resolve();
  });
  return promise;
}
