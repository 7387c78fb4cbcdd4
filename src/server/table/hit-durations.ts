import { DURATIONS_AT, DURATION_BUCKETS, DURATION_WORDS, READERS } from "./layout.ts";

/**
 * How long hits took, handed out to the replies they were hits of. Readers write down how many
 * hits took how long, but not which: so each hit that is counted is given a duration that some hit
 * had. Sums and buckets are those of all hits together.
 */
export class HitDurations {
  readonly #floats: Float64Array;
  /** Hits and milliseconds of each reader and bucket, as far as they have been taken over. */
  readonly #taken = new Float64Array((READERS * DURATION_WORDS) / 2);
  readonly #hits: number[] = Array.from({ length: DURATION_BUCKETS }, () => 0);
  readonly #meanMs: number[] = Array.from({ length: DURATION_BUCKETS }, () => 0);
  /** Hits counted before their batch had ended. */
  #owed = 0;

  constructor(buffer: SharedArrayBuffer) {
    this.#floats = new Float64Array(buffer, DURATIONS_AT * 4, this.#taken.length);
  }

  /** Takes over what the readers have written since. */
  refresh(): void {
    for (let bucket = 0; bucket < DURATION_BUCKETS; bucket++) {
      let hits = 0;
      let ms = 0;
      for (let reader = 0; reader < READERS; reader++) {
        const at = (reader * DURATION_WORDS) / 2 + bucket * 2;
        hits += this.#newAt(at);
        ms += this.#newAt(at + 1);
      }
      if (hits > 0) this.#add(bucket, hits, ms);
    }
  }

  /** Calls `use` with numbers of hits, `count` in sum, and how long each of them took. */
  take(count: number, use: (hits: number, seconds: number) => void): void {
    let left = count;
    for (let bucket = 0; bucket < DURATION_BUCKETS && left > 0; bucket++) {
      const hits = Math.min(left, this.#hits[bucket] as number);
      if (hits === 0) continue;
      this.#hits[bucket] = (this.#hits[bucket] as number) - hits;
      left -= hits;
      use(hits, (this.#meanMs[bucket] as number) / 1_000);
    }
    if (left === 0) return;
    this.#owed += left;
    use(left, (this.#meanMs[0] as number) / 1_000);
  }

  #newAt(at: number): number {
    const value = this.#floats[at] as number;
    const news = value - (this.#taken[at] as number);
    this.#taken[at] = value;
    return news;
  }

  #add(bucket: number, hits: number, ms: number): void {
    const before = this.#hits[bucket] as number;
    const mean = ((this.#meanMs[bucket] as number) * before + ms) / (before + hits);
    const paid = Math.min(this.#owed, hits);
    this.#owed -= paid;
    this.#hits[bucket] = before + hits - paid;
    this.#meanMs[bucket] = mean;
  }
}
