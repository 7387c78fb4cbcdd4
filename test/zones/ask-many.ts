import { createSocket } from "node:dgram";
import { once } from "node:events";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";

/** Questions that are under way at once: a server's socket holds some hundreds. */
const AT_ONCE = 100;
/** On the loopback a packet is lost only where a socket is full. */
const AGAIN_MS = 500;
const ATTEMPTS = 8;

/**
 * Asks a server of 127.0.0.1 over UDP.
 * @param questions as `parseQuestion` reads them
 * @returns replies in the same order; undefined where none came
 */
export async function askMany(
  port: number,
  questions: readonly string[],
): Promise<(Buffer | undefined)[]> {
  const socket = createSocket("udp4");
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const waiting = new Map<number, (packet: Buffer) => void>();
  socket.on("message", (packet) => waiting.get(packet.readUInt16BE(0))?.(packet));
  socket.on("error", () => undefined);
  const left = questions.entries();
  const replies: (Buffer | undefined)[] = [];
  const ask = async (): Promise<void> => {
    for (const [index, question] of left) {
      // Another one each: a question that was sent again may be answered twice.
      const id = index & 0xffff;
      const { promise, resolve } = Promise.withResolvers<Buffer>();
      waiting.set(id, resolve);
      replies[index] = await attempt(
        () => socket.send(encodeQuestion(parseQuestion(question), id)),
        promise,
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  socket.close();
  return replies;
}

async function attempt(send: () => void, reply: Promise<Buffer>): Promise<Buffer | undefined> {
  send();
  let attempts = 1;
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<undefined>();
  const timer = setInterval(() => (attempts++ < ATTEMPTS ? send() : giveUp(undefined)), AGAIN_MS);
  const packet = await Promise.race([reply, givenUp]);
  clearInterval(timer);
  return packet;
}
