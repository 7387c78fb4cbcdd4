import { reportFault } from "../observe/faults.ts";

/** Something with a time after which it is too late. A wheel keeps it in one of its slots. */
export abstract class Expiring {
  /** On the monotonic clock. */
  expiresMs = 0;
  /** Neighbours in the slot's ring; undefined outside of any slot. */
  before: Expiring | undefined;
  after: Expiring | undefined;

  abstract expire(): void;
}

const TICK_MS = 25;
/** One turn takes 12.8 s; what takes longer waits for another turn. */
const SLOTS = 512;

/**
 * Time-outs of many exchanges on one timer. Nearly all of them are cancelled, so starting and
 * cancelling have to be cheap, and being 25 ms late does no harm.
 *
 *     slot   0       1       2       ...     511
 *          head    head <-> a <-> b (ring)
 *
 * Rings, not Sets: the tables that a Set leaves behind as it grows refer to one another, and kept
 * every exchange alive for seconds, which cost a fifth of all time in garbage collection.
 */
export class TimerWheel {
  readonly #slots: readonly Expiring[] = Array.from({ length: SLOTS }, () => new Head());
  #tick = 0;
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Lets `entry` expire at a time of the monotonic clock, and not when it was to before. */
  start(entry: Expiring, expiresMs: number): void {
    this.cancel(entry);
    if (!this.#timer) this.#wake(performance.now());
    entry.expiresMs = expiresMs;
    const tick = Math.max(this.#tick + 1, Math.ceil(expiresMs / TICK_MS));
    insert(entry, this.#slots[tick % SLOTS] as Expiring);
    this.#count++;
  }

  cancel(entry: Expiring): void {
    if (entry.before && remove(entry)) this.#count--;
  }

  /** Ends the timer, and forgets who waited for it. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    for (const head of this.#slots) while (head.after !== head) this.cancel(head.after as Expiring);
  }

  #wake(nowMs: number): void {
    this.#tick = Math.floor(nowMs / TICK_MS);
    this.#timer = setInterval(() => this.#advance(performance.now()), TICK_MS);
  }

  #advance(nowMs: number): void {
    const tick = Math.floor(nowMs / TICK_MS);
    // After a long halt of the process one turn sees every slot.
    let at = Math.max(this.#tick, tick - SLOTS);
    this.#tick = tick;
    while (at++ < tick) this.#expireSlot(this.#slots[at % SLOTS] as Expiring, nowMs);
    if (this.#count > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #expireSlot(head: Expiring, nowMs: number): void {
    const due: Expiring[] = [];
    for (let entry = head.after as Expiring; entry !== head; entry = entry.after as Expiring) {
      if (entry.expiresMs <= nowMs) due.push(entry);
    }
    for (const entry of due) {
      // One that expired before may have cancelled this one.
      if (!entry.before) continue;
      this.cancel(entry);
      try {
        entry.expire();
      } catch (error) {
        // The others are not to wait for ever for that.
        reportFault("time-out of an upstream", error);
      }
    }
  }
}

/** The fixed member of a slot's ring. */
class Head extends Expiring {
  override before: Expiring = this;
  override after: Expiring = this;

  override expire(): void {}
}

function insert(entry: Expiring, head: Expiring): void {
  entry.after = head;
  entry.before = head.before;
  if (head.before) head.before.after = entry;
  head.before = entry;
}

function remove(entry: Expiring): boolean {
  const { before, after } = entry;
  if (!before || !after) return false;
  before.after = after;
  after.before = before;
  // A dead entry must not keep its old neighbours.
  entry.before = entry.after = undefined;
  return true;
}
