import { parentPort, workerData } from "node:worker_threads";
import type { ResponderModule } from "../responder.ts";
import { NO_ANSWERS } from "../responder.ts";
import { BatchServer } from "./batch-server.ts";
import { loadLibc } from "./libc.ts";
import { MissRing } from "./miss-ring.ts";
import { ThreadMemory } from "./thread-memory.ts";
import { MAX_QUEUED, MSG_DONTWAIT, MSG_WAITFORONE } from "./transmit.ts";

/** What a thread is started with. */
export interface UdpWorkerData {
  readonly fd: number;
  readonly memory: SharedArrayBuffer;
  readonly ring: SharedArrayBuffer;
  /** A module and what to call its `openResponder` with. */
  readonly responder: { readonly module: string; readonly data: unknown } | undefined;
}

/** The thread: receives, answers from memory, hands on the rest, until it is told to stop. */
async function run({ fd, memory: shared, ring: ringMemory, responder }: UdpWorkerData) {
  const libc = await loadLibc();
  const memory = new ThreadMemory(shared);
  const ring = new MissRing(ringMemory);
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
  while (!memory.isStopping) {
    server.turn(MSG_WAITFORONE);
    ring.publish();
  }
  for (let left = MAX_QUEUED; left > 0;) {
    const count = server.turn(MSG_DONTWAIT);
    ring.publish();
    left = count === 0 ? 0 : left - count;
  }
}

await run(workerData as UdpWorkerData);
