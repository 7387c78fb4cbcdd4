import type { Socket } from "node:net";
import { createConnection } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { FrameReader, frame } from "../../../src/dns/frame-reader.ts";
import { encodeQuestion, parseQuestion } from "../../recorded/question.ts";
import type { Effort, Figure } from "../figure.ts";
import { count, withServer } from "../figure.ts";

const COREFILE = `.:{{PORT}} {
  hosts {
    192.0.2.1 www.hosts.test
  }
}
`;
const PER_SECOND = 240;
const QUIET_CLIENT = "127.0.0.2";
const LOUD_CLIENT = "127.0.0.3";
const PATIENCE_MS = 2_000;
const TICK_MS = 25;

export const exhaustion: Figure = {
  id: "S15",
  what: `TCP queries of one client answered while another opens ${PER_SECOND} connections a second and keeps them`,
  goal: "at least 99.9 %",
  measure: (contestant, effort) =>
    withServer(contestant, { corefile: COREFILE, wait: "answering" }, async ({ port }) => {
      const loud = new Set<Socket>();
      const opening = setInterval(() => {
        for (let i = 0; i < (PER_SECOND * TICK_MS) / 1000; i++) loud.add(open(port, LOUD_CLIENT));
      }, TICK_MS);
      let [asked, answered] = [0, 0];
      const endMs = performance.now() + seconds(effort) * 1000;
      while (performance.now() < endMs) {
        asked++;
        if (await isAnswered(port)) answered++;
        await sleep(5);
      }
      clearInterval(opening);
      const held = [...loud].filter(({ destroyed }) => !destroyed).length;
      for (const socket of loud) socket.destroy();
      return {
        text: `${((answered / asked) * 100).toFixed(1)} % of ${count(asked)}`,
        isMet: answered / asked >= 0.999,
        note: `${loud.size} connections opened, ${held} open at the end; DoT and DoH are not built yet`,
      };
    }),
};

function seconds({ isFull }: Effort): number {
  return isFull ? 60 : 15;
}

function open(port: number, localAddress: string): Socket {
  const socket = createConnection({ port, host: "127.0.0.1", localAddress });
  socket.on("error", () => {});
  socket.resume();
  return socket;
}

function isAnswered(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = createConnection({ port, host: "127.0.0.1", localAddress: QUIET_CLIENT });
  const frames = new FrameReader();
  socket.on("data", (chunk) => frames.push(chunk, () => resolve(true)));
  socket.on("error", () => resolve(false));
  socket.on("close", () => resolve(false));
  socket.setTimeout(PATIENCE_MS, () => resolve(false));
  socket.write(frame(encodeQuestion(parseQuestion("www.hosts.test A"), 1)));
  return promise.finally(() => socket.destroy());
}
