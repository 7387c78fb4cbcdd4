import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { Message } from "../../src/dns/message.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";

export interface Asked {
  /** Until the reply, or until patience was over. */
  readonly ms: number;
  /** Undefined if there was none. */
  readonly reply: Message | undefined;
}

let lastId = 0;

/** Asks once over UDP, from a socket of its own. @param question see `parseQuestion` */
export async function ask(port: number, question: string, patienceMs = 10_000): Promise<Asked> {
  const socket = createSocket("udp4");
  const over = new AbortController();
  // A port that is closed is silence, too.
  socket.on("error", () => over.abort());
  socket.connect(port, "127.0.0.1");
  await once(socket, "connect");
  const message = once(socket, "message", { signal: over.signal });
  const beganMs = performance.now();
  socket.send(encodeQuestion(parseQuestion(question), (lastId = (lastId + 1) & 0xffff)));
  const patience = sleep(patienceMs, undefined, { signal: over.signal });
  try {
    const [packet] = (await Promise.race([message, patience])) ?? [];
    const reply = packet === undefined ? undefined : parseMessage(packet as Buffer);
    return { ms: performance.now() - beganMs, reply };
  } catch {
    return { ms: performance.now() - beganMs, reply: undefined };
  } finally {
    over.abort();
    message.catch(() => {});
    patience.catch(() => {});
    socket.close();
  }
}

/** Asks again and again until a reply is as it should be. @returns how long that took */
export async function untilReply(
  port: number,
  question: string,
  isRight: (reply: Message) => boolean,
  patienceMs: number,
): Promise<number> {
  const beganMs = performance.now();
  while (performance.now() - beganMs < patienceMs) {
    const { reply } = await ask(port, question, 500);
    if (reply && isRight(reply)) return performance.now() - beganMs;
    await sleep(10);
  }
  return Number.POSITIVE_INFINITY;
}

export function isAnswered({ rcode, answer }: Message): boolean {
  return rcode === 0 && answer.length > 0;
}
