import { setImmediate } from "node:timers/promises";
import type { Flush } from "../../server/contract/kept-replies.ts";
import { isFlushed } from "../../server/contract/kept-replies.ts";
import { outgoingKey } from "../../server/contract/outgoing.ts";
import type { Query } from "../../server/contract/query.ts";
import { endStates } from "../../server/contract/state.ts";
import type { Entry } from "./entry.ts";
import { GuardedLru } from "./guarded-lru.ts";
import type { CacheMetrics } from "./metrics.ts";
import type { CacheOptions, StoreOptions } from "./options.ts";

/**
 * Room for each entry that the Corefile allows for, on average: 40 MB with its default. Usual
 * ones take 1.5 to 3 KB, the largest a megabyte and a half.
 */
const OCTETS_PER_ENTRY = 4 * 1024;
/** Where the name begins in a key. */
const NAME_AT = 3;
/** Of keys that are looked at for a flush, what a turn of the event loop takes. */
const FLUSH_LOOKS = 512;

/**
 * What tells two questions apart: name, type, class, and the bits that change what a server
 * answers. RD is one of them: without it a server says what it happens to have. Compared whole,
 * never as a hash.
 *
 *     | qtype (16) | qclass (16) | RD, CD, DO | name in lower case, wire form | options for upstreams |
 */
export function keyOf(query: Query): string {
  const rd = query.recursionDesired ? 4 : 0;
  const bits = rd | (query.checkingDisabled ? 2 : 0) | (query.dnssecOk ? 1 : 0);
  const key = String.fromCharCode(query.qtype, query.qclass, bits) + query.qname.key;
  return query.outgoing.length === 0 ? key : key + outgoingKey(query.outgoing);
}

function isKeyFlushed(key: string, flush: Flush): boolean {
  let end = NAME_AT;
  while (key.charCodeAt(end) !== 0) end += key.charCodeAt(end) + 1;
  return isFlushed(flush, key.slice(NAME_AT, end + 1), key.charCodeAt(0));
}

/** Answers and denials, each with room of its own: a flood of denials pushes out no answer. */
export class Store {
  readonly success: GuardedLru<Entry>;
  readonly denial: GuardedLru<Entry>;
  readonly #staleMs: number;
  readonly #preferPositive: boolean;
  /** When it was asked last. */
  #nowMs = 0;

  constructor(options: CacheOptions, metrics: CacheMetrics) {
    this.success = this.#newLru(options.success, () => metrics.successEvictions.value++);
    this.denial = this.#newLru(options.denial, () => metrics.denialEvictions.value++);
    this.#staleMs = options.serveStale?.upToMs ?? 0;
    this.#preferPositive = options.serveStale?.preferPositive ?? false;
  }

  /** What to answer with: valid, or stale where that may be served. */
  find(key: string, nowMs: number): Entry | undefined {
    this.#nowMs = nowMs;
    const success = this.success.get(key);
    if (this.#preferPositive && success) {
      const answer = success.isAnswer ? success : success.lastAnswer;
      if (answer && this.#isUsable(answer, nowMs)) return answer;
    }
    const denial = this.denial.get(key);
    const usableSuccess = success && this.#isUsable(success, nowMs) ? success : undefined;
    if (!denial || !this.#isUsable(denial, nowMs)) return usableSuccess;
    // A failure passes; it must not hide an answer that is still good.
    return (denial.isFailure && usableSuccess) || denial;
  }

  /** Some have asked for an entry, not here: it is not to be the next one to go. */
  touch({ key, store }: Entry, hits: number): void {
    this[store].get(key, hits);
  }

  /** Keeps an entry. `isRefresh` says that it comes in place of one that was there. */
  set(entry: Entry, isRefresh: boolean): void {
    const { key } = entry;
    this.success.peek(key)?.replaced();
    this.denial.peek(key)?.replaced();
    if (entry.store === "denial") {
      this.denial.set(entry);
      return;
    }
    if (this.#preferPositive && !entry.isAnswer) {
      const before = this.success.peek(key);
      entry.lastAnswer = before?.isAnswer ? before : before?.lastAnswer;
    }
    this.success.set(entry);
    if (this.#preferPositive ? entry.isAnswer : isRefresh) this.denial.delete(key);
  }

  /** Lets whoever comes next ask again; what is no failure stays. */
  forgetFailure(key: string): void {
    const denial = this.denial.peek(key);
    if (!denial?.isFailure) return;
    denial.replaced();
    this.denial.delete(key);
  }

  /** Forgets the replies to some questions, a few in each turn of the event loop. @returns how many */
  async flush(flush: Flush): Promise<number> {
    let count = 0;
    for (const part of [this.success, this.denial]) {
      const keys = part.keys();
      for (let at = 0; at < keys.length; at += FLUSH_LOOKS) {
        if (at > 0) await setImmediate();
        const slice = keys.slice(at, at + FLUSH_LOOKS).filter((key) => isKeyFlushed(key, flush));
        const entries = slice.flatMap((key) => part.peek(key) ?? []);
        endStates(entries.map((entry) => entry.retire()));
        for (const { key } of entries) part.delete(key);
        count += entries.length;
      }
    }
    return count;
  }

  #isUsable(entry: Entry, nowMs: number): boolean {
    if (!entry.isCurrent(nowMs)) return false;
    const left = entry.secondsLeft(nowMs);
    // There is nothing in an old failure that would be better than none (RFC 8767 §4).
    return left > 0 || (!entry.isFailure && -left * 1000 < this.#staleMs);
  }

  #newLru({ capacity }: StoreOptions, onEvict: () => void): GuardedLru<Entry> {
    return new GuardedLru<Entry>({
      entries: capacity,
      octets: capacity * OCTETS_PER_ENTRY,
      onEvict,
      isOver: (entry) => !this.#isUsable(entry, this.#nowMs),
    });
  }
}
