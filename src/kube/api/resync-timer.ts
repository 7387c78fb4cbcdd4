import { randomInt } from "node:crypto";
import { guard } from "../../observe/faults.ts";

/** After a suspicious break all is read anew within this time. */
const CHECK_MS: readonly [number, number] = [1_000, 5_000];
/** From the second time on so much later, doubled each time; all anew after a calm time. */
const CHECK_INTERVAL_MS = 7_500;
const MAX_CHECK_INTERVAL_MS = 30_000;
const CALM_MS = 600_000;
/** For an object that could not be read: the first time, doubled up to the last. */
const REPAIR_MS = 30_000;
const MAX_REPAIR_MS = 3_600_000;

/**
 * Decides when all objects are read anew though the watch goes on:
 * - After a connection was lost. The server may have come back from an older backup, and a watch
 *   that goes on from a version that this history has not reached yet misses what happens until then.
 * - After an object could not be read: perhaps it can be when it comes again.
 */
export class ResyncTimer {
  readonly #resync: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isSuspect = false;
  #relistedMs = Number.NEGATIVE_INFINITY;
  #checkIntervalMs = 0;
  #repairMs = REPAIR_MS;

  constructor(resync: () => void) {
    this.#resync = resync;
  }

  /** The connection was lost, or the watch ended before its time. */
  suspect(): void {
    this.#isSuspect = true;
  }

  /** The watch is at work. */
  watching(): void {
    if (!this.#isSuspect) return;
    const sinceMs = performance.now() - this.#relistedMs;
    if (sinceMs > CALM_MS) this.#checkIntervalMs = 0;
    this.#schedule(Math.max(this.#checkIntervalMs - sinceMs, 0) + randomInt(...CHECK_MS));
  }

  scheduleRepair(): void {
    this.#schedule(this.#repairMs);
  }

  /** @param isComplete whether each object could be read */
  relisted(isComplete: boolean): void {
    if (this.#isSuspect && Number.isFinite(this.#relistedMs)) {
      const nextMs = Math.max(this.#checkIntervalMs * 2, CHECK_INTERVAL_MS);
      this.#checkIntervalMs = Math.min(nextMs, MAX_CHECK_INTERVAL_MS);
    }
    this.#isSuspect = false;
    this.#relistedMs = performance.now();
    this.#repairMs = isComplete ? REPAIR_MS : Math.min(this.#repairMs * 2, MAX_REPAIR_MS);
    this.clear();
    if (!isComplete) this.scheduleRepair();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    if (this.#timer) return;
    const resync = guard("reading the cluster anew", () => {
      this.#timer = undefined;
      this.#resync();
    });
    this.#timer = setTimeout(resync, delayMs);
    this.#timer.unref();
  }
}
