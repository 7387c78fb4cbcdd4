import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { TurnQueue } from "./turn-queue.ts";

/** Of records as they are without compression, which makes half of them: some 500 small ones, half a millisecond's work. */
const BATCH_OCTETS = 16_384;
/** Type, class, TTL and the length of RDATA. */
const FIXED_OCTETS = 10;
const SLICE_MS = 1;
/** Between looks at the clock. */
const LOOK_RECORDS = 16;

/** Cuts a stream of records into what messages hold, for not more than a millisecond at a time. */
export class RecordBatches {
  readonly #records: Iterator<ResourceRecord>;
  readonly #turns: TurnQueue;
  /** The next record: taken, and in no batch yet. */
  #ahead: ResourceRecord | undefined;
  #hasBegun = false;

  constructor(records: Iterable<ResourceRecord>, turns: TurnQueue) {
    this.#records = records[Symbol.iterator]();
    this.#turns = turns;
  }

  /** Whether the last batch was the last of all. */
  get isDone(): boolean {
    return this.#hasBegun && this.#ahead === undefined;
  }

  async next(): Promise<ResourceRecord[]> {
    const batch: ResourceRecord[] = [];
    let octets = 0;
    let deadlineMs = performance.now() + SLICE_MS;
    if (!this.#hasBegun) this.#take();
    while (this.#ahead) {
      octets += this.#ahead.owner.wire.length + FIXED_OCTETS + this.#ahead.rdata.length;
      if (octets > BATCH_OCTETS && batch.length > 0) break;
      batch.push(this.#ahead);
      this.#take();
      if (batch.length % LOOK_RECORDS !== 0 || performance.now() < deadlineMs) continue;
      await this.#turns.next();
      deadlineMs = performance.now() + SLICE_MS;
    }
    return batch;
  }

  /** Nobody wants the rest. */
  end(): void {
    this.#records.return?.();
  }

  #take(): void {
    this.#hasBegun = true;
    const { done, value } = this.#records.next();
    this.#ahead = done === true ? undefined : value;
  }
}
