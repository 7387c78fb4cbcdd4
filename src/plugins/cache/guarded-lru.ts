import { LRUCache } from "lru-cache";
import { FrequencySketch, MOST } from "./frequency-sketch.ts";

/** What can be kept. */
export interface Keepable {
  readonly key: string;
  /** About how much memory it takes. */
  readonly octets: number;
}

interface Kept<T> {
  readonly value: T;
  readonly hash: number;
  /** What the sketch has been told of in its period `period`: more would tell it nothing. */
  counted: number;
  period: number;
}

interface Room {
  readonly entries: number;
  readonly octets: number;
}

export interface LruOptions<T> extends Room {
  readonly onEvict: () => void;
  /** Whether an entry is of no use any more, however often it was asked for. */
  readonly isOver: (value: T) => boolean;
}

/** Room for those that have just come, ... */
const WINDOW_SHARE = 0.01;
/** ... and, of the rest, for those that have been asked for again. */
const PROTECTED_SHARE = 0.8;

/**
 * Entries in the order of their use, of which the last one goes; but a newcomer pushes out only
 * what was asked for less often than itself, so that a flood of names that come once, or a few
 * times, leaves those that are in use alone (W-TinyLFU: Einziger, Friedman and Manes 2017):
 *
 *     new ─► window ─► asked for more often ─► probation ─► used ─► protected
 *              1 %     than the last one of      20 %    ◄─ last      80 %
 *                      probation? else out
 */
export class GuardedLru<T extends Keepable> {
  readonly #options: LruOptions<T>;
  readonly #windowRoom: Room;
  /** Probation and protected together. */
  readonly #main: Room;
  readonly #sketch: FrequencySketch;
  readonly #window: LRUCache<string, Kept<T>>;
  readonly #probation: LRUCache<string, Kept<T>>;
  readonly #protected: LRUCache<string, Kept<T>>;
  #lastOnProbation: Kept<T> | undefined;

  constructor(options: LruOptions<T>) {
    const { entries, octets } = options;
    this.#options = options;
    const windowEntries = Math.ceil(entries * WINDOW_SHARE);
    this.#windowRoom = { entries: windowEntries, octets: octets * WINDOW_SHARE };
    this.#main = { entries: entries - windowEntries, octets: octets * (1 - WINDOW_SHARE) };
    this.#sketch = new FrequencySketch(options.entries);
    this.#window = newLru(options);
    this.#probation = newLru(options);
    this.#protected = newLru(options);
  }

  get size(): number {
    return this.#window.size + this.#probation.size + this.#protected.size;
  }

  get octets(): number {
    const parts = [this.#window, this.#probation, this.#protected];
    return parts.reduce((sum, { calculatedSize }) => sum + calculatedSize, 0);
  }

  /** Those of now: they may go while one looks through them. */
  keys(): string[] {
    return [this.#window, this.#probation, this.#protected].flatMap((part) => [...part.keys()]);
  }

  peek(key: string): T | undefined {
    return this.#partOf(key)?.peek(key)?.value;
  }

  /** @param count how many asked for it */
  get(key: string, count = 1): T | undefined {
    let kept = find(this.#window, key) ?? find(this.#protected, key);
    if (!kept) {
      kept = find(this.#probation, key);
      if (!kept) return undefined;
      this.#promote(kept);
    }
    this.#count(kept, count);
    return kept.value;
  }

  /** Keeps a value, in the place of the one with its key. */
  set(value: T): void {
    const { key, octets } = value;
    const known = this.#partOf(key);
    if (known) this.#lastOnProbation = undefined;
    if (octets > this.#main.octets) {
      known?.delete(key);
      return;
    }
    const hash = known?.peek(key)?.hash ?? this.#sketch.hash(key);
    this.#sketch.add(hash);
    (known ?? this.#window).set(key, { value, hash, counted: 0, period: 0 }, { size: octets });
    this.#shrink();
  }

  delete(key: string): void {
    this.#lastOnProbation = undefined;
    this.#partOf(key)?.delete(key);
  }

  #partOf(key: string): LRUCache<string, Kept<T>> | undefined {
    if (this.#protected.has(key)) return this.#protected;
    if (this.#probation.has(key)) return this.#probation;
    return this.#window.has(key) ? this.#window : undefined;
  }

  #count(kept: Kept<T>, count: number): void {
    const sketch = this.#sketch;
    if (kept.period !== sketch.period) {
      kept.period = sketch.period;
      kept.counted = 0;
    }
    if (kept.counted >= MOST) return;
    kept.counted += count;
    sketch.add(kept.hash, count);
  }

  #promote(kept: Kept<T>): void {
    this.#lastOnProbation = undefined;
    move(kept, this.#probation, this.#protected);
    while (exceeds(this.#protected, this.#main, PROTECTED_SHARE)) {
      moveLast(this.#protected, this.#probation);
    }
  }

  /** Those that fall out of the window compete for a place behind it. */
  #shrink(): void {
    while (exceeds(this.#window, this.#windowRoom, 1)) {
      const candidate = this.#window.pop();
      if (!candidate) break;
      this.#admit(candidate);
    }
    // An entry may have been replaced by a longer one.
    while (!this.#hasRoom(0, 0) && this.#evict(this.#victim()));
  }

  #admit(candidate: Kept<T>): void {
    const { key, octets } = candidate.value;
    const own = this.#sketch.estimate(candidate.hash);
    while (!this.#hasRoom(1, octets)) {
      const victim = this.#victim();
      if (!victim || !this.#isBeaten(victim, own)) return this.#options.onEvict();
      this.#evict(victim);
    }
    this.#probation.set(key, candidate, { size: octets });
  }

  /** The one to go next behind the window. Looking for it takes longer than remembering it. */
  #victim(): Kept<T> | undefined {
    this.#lastOnProbation ??= lastOf(this.#probation);
    return this.#lastOnProbation ?? lastOf(this.#protected);
  }

  #isBeaten({ value, hash }: Kept<T>, estimate: number): boolean {
    return this.#options.isOver(value) || estimate > this.#sketch.estimate(hash);
  }

  #hasRoom(more: number, moreOctets: number): boolean {
    const { entries, octets } = this.#main;
    const count = this.#probation.size + this.#protected.size;
    const sum = this.#probation.calculatedSize + this.#protected.calculatedSize;
    return count + more <= entries && sum + moreOctets <= octets;
  }

  #evict(kept: Kept<T> | undefined): boolean {
    if (!kept) return false;
    this.delete(kept.value.key);
    this.#options.onEvict();
    return true;
  }
}

function newLru<T>({ octets }: LruOptions<T>): LRUCache<string, Kept<T>> {
  return new LRUCache({ maxSize: 2 * octets });
}

function move<T extends Keepable>(
  kept: Kept<T>,
  from: LRUCache<string, Kept<T>>,
  to: LRUCache<string, Kept<T>>,
): void {
  const { key, octets } = kept.value;
  from.delete(key);
  to.set(key, kept, { size: octets });
}

function moveLast<T extends Keepable>(
  from: LRUCache<string, Kept<T>>,
  to: LRUCache<string, Kept<T>>,
): Kept<T> | undefined {
  const last = lastOf(from);
  if (last) move(last, from, to);
  return last;
}

function find<T>(part: LRUCache<string, Kept<T>>, key: string): Kept<T> | undefined {
  return part.size === 0 ? undefined : part.get(key);
}

function exceeds<T>(lru: LRUCache<string, Kept<T>>, room: Room, share: number): boolean {
  return lru.size > room.entries * share || lru.calculatedSize > room.octets * share;
}

function lastOf<T extends Keepable>(lru: LRUCache<string, Kept<T>>): Kept<T> | undefined {
  for (const kept of lru.rvalues()) return kept;
  return undefined;
}
