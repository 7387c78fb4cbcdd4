import { workerData } from "node:worker_threads";
import { TableReader } from "../../src/server/table/table-reader.ts";

/** What the test hands over; see race.test.ts. */
interface Task {
  readonly table: SharedArrayBuffer;
  readonly reader: number;
  readonly endpoint: number;
  /** Word 0 tells it to stop, word 1 counts hits, word 2 what is wrong; then the versions that can be seen. */
  readonly shared: SharedArrayBuffer;
  readonly requests: readonly Uint8Array[];
}

const task: Task = workerData;
const words = new Int32Array(task.shared);
const reader = new TableReader(task.table, task.reader, task.endpoint);
reader.adjustClock();
const out = new Uint8Array(1_236);

/** The address of a reply's only record is its version. */
function versionOf(octets: number): number {
  const at = octets - 4;
  return new DataView(out.buffer).getUint32(at) & 0xff_ffff;
}

function ask(which: number, request: Uint8Array): void {
  reader.beginBatch(performance.now());
  const octets = reader.answer(request, 0, request.length, out, 0);
  if (octets > 0) {
    // As long as sending takes.
    for (let i = 0; i < 200; i++) Atomics.load(words, 0);
    const visible = Atomics.load(words, 3 + which);
    if (versionOf(octets) < visible) Atomics.add(words, 2, 1);
    Atomics.add(words, 1, 1);
  }
  reader.endBatch(performance.now());
}

while (Atomics.load(words, 0) === 0) {
  for (const [which, request] of task.requests.entries()) ask(which, request);
}
