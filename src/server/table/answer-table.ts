import type { Unsettled } from "../basis.ts";
import type { Query } from "../query.ts";
import type { Reply } from "../reply.ts";
import type { ReusedQueries } from "../reused-observer.ts";
import type { Repeat } from "../serving-block.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { HitDurations } from "./hit-durations.ts";
import { KeptReply } from "./kept-reply.ts";
import { ENDPOINTS, READERS, STREAM_READER, Shape } from "./layout.ts";
import { canRotate, readLayout } from "./reply-layout.ts";
import type { SlotPool } from "./slot-pool.ts";
import type { RoomMaker } from "./table-writer.ts";
import { TableWriter } from "./table-writer.ts";

/** How often hits are counted where nobody asks for the numbers. */
const COUNT_EVERY_MS = 1_000;
/** Slots that are made free at a time, as readers are waited for each time. */
const EVICTIONS = 64;
const HEADER_OCTETS = 12;
const OPT_OCTETS = 11;

/**
 * Replies of all endpoints that may be repeated, as finished octets. It decides which are kept,
 * and sees to it that they go in time and that their hits are counted.
 */
export class AnswerTable implements Unsettled, RoomMaker {
  readonly writer: TableWriter = new TableWriter();
  /** By slot. */
  readonly #kept = new Map<number, KeptReply>();
  /** Removed, but perhaps still in the hands of a reader. */
  #leaving: KeptReply[] = [];
  readonly #durations = new HitDurations(this.writer.buffer);
  readonly #door = new Doorkeeper();
  readonly #freeEndpoints: number[] = Array.from({ length: ENDPOINTS }, (_, i) => i);
  #lastGeneration = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Replies in it. */
  get size(): number {
    return this.#kept.size;
  }

  /** A number for an address and port; undefined if there are too many. */
  openEndpoint(): number | undefined {
    return this.#freeEndpoints.shift();
  }

  closeEndpoint(endpoint: number, generation: number): void {
    this.#leave(endpoint, 0, generation);
    this.#freeEndpoints.push(endpoint);
  }

  /**
   * Forgets all that an endpoint has kept: when this returns, no reader answers with it.
   * @returns the generation of what it keeps from now on.
   */
  renew(endpoint: number, generation: number): number {
    return this.#leave(endpoint, ++this.#lastGeneration, generation);
  }

  /** Keeps a reply, if it may be repeated and the question has come before. */
  offer(
    query: Query,
    reply: Reply,
    packet: Buffer,
    at: { generation: number; repeat: Repeat },
  ): void {
    const { reuse } = reply;
    const { generation, repeat } = at;
    if (generation === 0 || !reuse?.basis.isCurrent || performance.now() >= reuse.untilMs) return;
    const nameOctets = query.qname.wire.length;
    if (this.writer.find(packet, nameOctets, shapeOf(query), generation) >= 0) return;
    if (!this.#door.admits(this.writer.hash)) return;
    const layout = readLayout(packet, reply, query.hasEdns);
    if (!layout || (repeat.rotates && !canRotate(layout))) return;
    // Others are not to see how this client writes names.
    const anyCase = reuse.followsCase === true && !layout.dependsOnCase;
    if (!anyCase && query.qname.wire !== query.qname.key) return;
    const slot = this.writer.insert(
      {
        packet,
        layout,
        shape: shapeOf(query),
        generation,
        ttlSeconds: reuse.aging?.ttlSeconds,
        originMs: reuse.aging?.fromMs ?? 0,
        untilMs: reuse.untilMs,
        anyCase,
        rotates: repeat.rotates,
      },
      this,
    );
    if (slot < 0) return;
    const observers = repeat.observers(query.qname);
    const kept = new KeptReply(
      slot,
      reuse,
      { generation, rcode: reply.rcode, observers },
      this.#drop,
    );
    reuse.basis.add(kept);
    this.#kept.set(slot, kept);
    this.#timer ??= setInterval(() => this.count(), COUNT_EVERY_MS).unref();
  }

  /** Counts the hits of a reply that is no longer valid, and forgets it. */
  forgetExpired(query: Query, packet: Buffer, generation: number): void {
    const nameOctets = query.qname.wire.length;
    const slot = this.writer.find(packet, nameOctets, shapeOf(query), generation);
    const kept = this.#kept.get(slot);
    if (!kept || !this.writer.isExpired(slot, performance.now())) return;
    this.#durations.refresh();
    this.#countHits(kept);
    this.#forget(kept);
    // It was worth keeping; so will be what comes now.
    this.#door.admits(this.writer.hash);
  }

  /** Counts all hits since the last time. */
  count(): void {
    this.#durations.refresh();
    for (const kept of this.#kept.values()) this.#countHits(kept);
  }

  /** Takes those that nobody has asked for since the hand of the clock last came by. */
  evict(pool: SlotPool): void {
    this.#durations.refresh();
    const nowMs = performance.now();
    for (let steps = 2 * pool.used, found = 0; steps > 0 && found < EVICTIONS; steps--) {
      const kept = this.#kept.get(pool.next());
      if (!kept) continue;
      this.#countHits(kept);
      if (kept.wasHit && !this.writer.isExpired(kept.slot, nowMs)) {
        kept.wasHit = false;
        continue;
      }
      this.#forget(kept);
      found++;
    }
  }

  /** When this returns, no reader has anything of what was removed. */
  settle(): void {
    this.writer.readers.waitForBatches();
    this.#durations.refresh();
    for (const kept of this.#leaving) this.#countHits(kept);
    this.#leaving = [];
    this.writer.freeRemoved();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #leave(endpoint: number, next: number, generation: number): number {
    this.writer.setGeneration(endpoint, next);
    for (const kept of this.#kept.values()) if (kept.generation === generation) this.#forget(kept);
    this.settle();
    return next;
  }

  /** For a basis that has ended. */
  readonly #drop = (kept: KeptReply): Unsettled => {
    this.writer.remove(kept.slot);
    this.#kept.delete(kept.slot);
    this.#leaving.push(kept);
    return this;
  };

  #forget(kept: KeptReply): void {
    kept.reuse.basis.delete(kept);
    this.#drop(kept);
  }

  #countHits(kept: KeptReply): void {
    let sum = 0;
    for (const family of [0, 1] as const) {
      const streamed = this.writer.takeHits(kept.slot, STREAM_READER, family);
      let hits = 0;
      for (let reader = 0; reader < READERS; reader++) {
        hits += this.writer.takeHits(kept.slot, reader, family);
      }
      if (streamed > 0) this.#tell(kept, streamed, { isStream: true, isIpv6: family === 1 });
      if (hits > 0) this.#tell(kept, hits, { isStream: false, isIpv6: family === 1 });
      sum += hits + streamed;
    }
    if (sum === 0) return;
    kept.wasHit = true;
    kept.reuse.count?.(sum, performance.now());
  }

  #tell(kept: KeptReply, hits: number, from: { isStream: boolean; isIpv6: boolean }): void {
    const { shape, qtype, nameOctets, octets } = this.writer.describe(kept.slot);
    const hasEdns = (shape & Shape.edns) !== 0;
    const queryOctets = HEADER_OCTETS + nameOctets + 4 + (hasEdns ? OPT_OCTETS : 0);
    const dnssecOk = (shape & Shape.dnssecOk) !== 0;
    const { rcode, observers } = kept;
    this.#durations.take(hits, (count, seconds) => {
      const queries: ReusedQueries = {
        count,
        seconds,
        ...from,
        qtype,
        dnssecOk,
        rcode,
        queryOctets,
        replyOctets: octets,
      };
      for (const observer of observers) observer.countReused(queries);
    });
  }
}

function shapeOf(query: Query): number {
  const edns = query.hasEdns ? Shape.edns : 0;
  const dnssecOk = query.dnssecOk ? Shape.dnssecOk : 0;
  const recursion = query.recursionDesired ? Shape.RD : 0;
  return edns | dnssecOk | recursion | (query.flags & (Shape.CD | Shape.AD));
}
