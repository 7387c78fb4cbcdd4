import { parentPort, workerData } from "node:worker_threads";
import type { ResponderModule } from "../responder.ts";
import { NO_ANSWERS } from "../responder.ts";
import { BatchServer } from "./batch-server.ts";
import { loadLibc } from "./libc.ts";
import { MissRing } from "./miss-ring.ts";
import { SocketPoll } from "./socket-poll.ts";
import { ThreadMemory } from "./thread-memory.ts";
import { LOOK_UP_MS, MAX_QUEUED, MSG_DONTWAIT, MSG_WAITFORONE } from "./transmit.ts";

/** What a thread is started with. */
export interface UdpWorkerData {
  /** Its sockets, one or more. */
  readonly fds: readonly number[];
  readonly memory: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  /** A module and what to call its `openResponder` with. */
  readonly responder: { readonly module: string; readonly data: unknown } | undefined;
}

/** The thread: receives, answers from memory, hands on the rest, until it is told to stop. */
async function run({ fds, memory: shared, ring: ringMemory, responder }: UdpWorkerData) {
  const libc = await loadLibc();
  const memory = new ThreadMemory(shared);
  const ring = new MissRing(ringMemory);
  const [fd = -1] = fds;
  const server = new BatchServer({
    libc,
    fd,
    responder: responder
      ? ((await import(responder.module)) as ResponderModule).openResponder(responder.data)
      : NO_ANSWERS,
    memory,
    onMiss(batch, slot) {
      // While serving, those whose answers are in memory must not wait for the others.
      while (!ring.push(batch, slot)) {
        if (!memory.isStopping) return false;
        ring.publish();
        ring.waitForRoom();
      }
      return true;
    },
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- this is no window
  parentPort?.postMessage("ready");
  const poll = fds.length > 1 ? new SocketPoll(libc, fds) : undefined;
  const serve = (one: number): number => server.turn(MSG_DONTWAIT, one);
  while (!memory.isStopping) {
    // One call is enough where there is one socket.
    if (poll) poll.wait(LOOK_UP_MS, serve);
    else server.turn(MSG_WAITFORONE);
    ring.publish();
  }
  poll?.close();
  for (const one of fds) {
    for (let left = MAX_QUEUED; left > 0;) {
      const count = serve(one);
      ring.publish();
      left = count === 0 ? 0 : left - count;
    }
  }
}

await run(workerData as UdpWorkerData);
