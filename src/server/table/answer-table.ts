import { setImmediate } from "node:timers/promises";
import { guard } from "../../observe/faults.ts";
import type { Flush, KeptReplies } from "../contract/kept-replies.ts";
import { isFlushed } from "../contract/kept-replies.ts";
import type { Afterwards } from "../contract/state.ts";
import type { Query } from "../contract/query.ts";
import type { Repetition, Reply } from "../contract/reply.ts";
import type { RepeatedQueries } from "../contract/repeat-observer.ts";
import type { Repeat } from "../pipeline/serving-block.ts";
import { ClientGroups } from "./client-groups.ts";
import { Doorkeeper } from "./doorkeeper.ts";
import { HitDurations } from "./hit-durations.ts";
import { HitRound } from "./hit-round.ts";
import { KeptReply } from "./kept-reply.ts";
import { ENDPOINTS, STREAM_READER, Shape } from "./layout.ts";
import type { ReplyLayout } from "./reply-layout.ts";
import { canRotate, readLayout } from "./reply-layout.ts";
import type { SlotPool } from "./slot-pool.ts";
import type { RoomMaker } from "./table-writer.ts";
import { TableWriter } from "./table-writer.ts";
import { Turns } from "./turns.ts";

/** How often hits are counted where nobody asks for the numbers. */
const COUNT_EVERY_MS = 1_000;
/** Slots that are made free at a time, as readers are waited for each time; and how many are looked at for them. */
const EVICTIONS = 64;
const EVICTION_LOOKS = 256;
/** Of replies that have been removed, what a turn of the event loop clears up. */
const REMOVALS_A_TURN = 32;
/** Of replies that are looked at for an endpoint's old ones. */
const LOOKS_A_TURN = 512;
const HEADER_OCTETS = 12;
const OPT_OCTETS = 11;

/**
 * Replies of all endpoints that may be repeated, as finished octets. It decides which are kept,
 * and sees to it that they go in time and that their hits are counted. What goes, goes in two steps,
 * of which only the first is waited for:
 *
 *     kept ─► invalid ─► (readers have been waited for) ─► hits counted, slot free
 *          at once, all                                    some in each turn
 */
export class AnswerTable implements Afterwards, KeptReplies, RoomMaker {
  readonly writer: TableWriter = new TableWriter();
  /** By slot; those that are leaving, too. */
  readonly #kept = new Map<number, KeptReply>();
  /** Invalid, but perhaps still in the hands of a reader. */
  #leaving: KeptReply[] = [];
  /** Invalid, and in nobody's hands. */
  #left: KeptReply[] = [];
  /** Generations that no endpoint has any more, and the way through `#kept` on which they are looked for. */
  readonly #pastGenerations = new Set<number>();
  #past: Iterator<KeptReply> | undefined;
  readonly #durations = new HitDurations(this.writer.buffer);
  readonly #round = new HitRound(
    (page) => this.writer.takeMarks(page),
    (slot) => {
      const kept = this.#kept.get(slot);
      if (kept) this.#countHits(kept);
    },
  );
  readonly #clients = new ClientGroups(new Int32Array(this.writer.buffer), this);
  readonly #turns = new Turns(() => this.#turn());
  readonly #door = new Doorkeeper();
  readonly #freeEndpoints: number[] = Array.from({ length: ENDPOINTS }, (_, i) => i);
  #lastGeneration = 0;
  #timer: NodeJS.Timeout | undefined;

  /** Replies in it. */
  get size(): number {
    return this.#kept.size - this.#leaving.length - this.#left.length;
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
    const { validity, repetition } = reply;
    const { generation, repeat } = at;
    if (generation === 0 || !validity.allowsRepeatingToGroup(performance.now())) return;
    const { membership } = validity;
    const group = membership ? this.#clients.admit(query.client.address, membership) : 0;
    if (membership && group === 0) return;
    const nameOctets = query.qname.wire.length;
    const known = this.writer.find(packet, nameOctets, shapeOf(query), { generation, group });
    if (known >= 0) {
      if (this.#kept.get(known)?.isLeaving !== true) return;
      this.writer.unlink(known);
    }
    if (!this.#door.admits(this.writer.hash)) return;
    const layout = readLayout(packet, reply, query.hasEdns);
    const rotates = repeat.rotates && repetition.isOrdered !== true;
    if (!layout || (rotates && !canRotate(layout))) return;
    if (repetition.aging && !hasTtls(packet, layout, ttlNow(repetition.aging))) return;
    // Others are not to see how this client writes names.
    const anyCase = repetition.followsCase === true && !layout.dependsOnCase;
    if (!anyCase && query.qname.wire !== query.qname.key) return;
    const slot = this.writer.insert(
      {
        packet,
        layout,
        shape: shapeOf(query),
        generation,
        ttlSeconds: repetition.aging?.ttlSeconds,
        originMs: repetition.aging?.fromMs ?? 0,
        untilMs: validity.untilMs,
        anyCase,
        rotates,
      },
      this,
    );
    if (slot < 0) return;
    const observers = repeat.observers(query.qname);
    const kept = new KeptReply(slot, reply, { generation, observers }, this.#drop);
    kept.depend();
    this.#kept.set(slot, kept);
    this.#timer ??= setInterval(this.#countRegularly, COUNT_EVERY_MS).unref();
  }

  /** Counts the hits of a reply that is no longer valid, and forgets it. */
  forgetExpired(query: Query, packet: Buffer, generation: number): void {
    this.#forgetExpired(query, packet, { generation, group: 0 });
    const group = this.#clients.isEmpty ? 0 : this.#clients.numberOf(query.client.address);
    if (group !== 0) this.#forgetExpired(query, packet, { generation, group });
  }

  #forgetExpired(query: Query, packet: Buffer, at: { generation: number; group: number }): void {
    const nameOctets = query.qname.wire.length;
    const slot = this.writer.find(packet, nameOctets, shapeOf(query), at);
    const kept = this.#kept.get(slot);
    if (!kept || kept.isLeaving || !this.writer.isExpired(slot, performance.now())) return;
    this.#durations.refresh();
    this.#countHits(kept);
    this.#forget(kept);
    // It was worth keeping; so will be what comes now.
    this.#door.admits(this.writer.hash);
  }

  readonly #countRegularly = guard("counting of hits", () => this.#beginRound());

  /** Counts hits, and resolves when all those before the call are counted. */
  count(): Promise<void> {
    this.#beginRound();
    return this.#round.ended;
  }

  /** Takes those that nobody has asked for since the hand of the clock last came by. */
  makeRoom(pool: SlotPool): void {
    this.#durations.refresh();
    this.#release(EVICTIONS);
    if (pool.hasFree) return;
    const nowMs = performance.now();
    const victims: KeptReply[] = [];
    for (let looks = 0; looks < EVICTION_LOOKS && victims.length < EVICTIONS; looks++) {
      const kept = this.#kept.get(pool.next());
      if (!kept || kept.isLeaving) continue;
      this.#countHits(kept);
      const isWanted = kept.wasHit && !this.writer.isExpired(kept.slot, nowMs);
      kept.wasHit = false;
      if (!isWanted) victims.push(kept);
    }
    for (const kept of victims) this.#forget(kept);
    this.reclaim();
    this.#release(EVICTIONS);
  }

  async flush(flush: Flush): Promise<number> {
    let [count, looks] = [0, 0];
    for (const kept of this.#kept.values()) {
      if (++looks % LOOKS_A_TURN === 0) {
        this.reclaim();
        await setImmediate();
      }
      if (kept.isLeaving || !this.#isFlushed(kept, flush)) continue;
      this.#forget(kept);
      count++;
    }
    this.reclaim();
    return count;
  }

  #isFlushed({ slot }: KeptReply, flush: Flush): boolean {
    return isFlushed(flush, this.writer.nameOf(slot), this.writer.describe(slot).qtype);
  }

  statesEnded(): void {
    this.reclaim();
  }

  /** When this returns, no reader has anything of what was removed. */
  reclaim(): void {
    this.writer.readers.waitForBatches();
    this.#clients.release();
    if (this.#left.length === 0) [this.#left, this.#leaving] = [this.#leaving, this.#left];
    else for (const kept of this.#leaving.splice(0)) this.#left.push(kept);
    this.#turns.begin();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #leave(endpoint: number, next: number, generation: number): number {
    // Requests find no reply of another generation: nothing has to be done to each of them at once.
    this.writer.setGeneration(endpoint, next);
    // Those of another configuration may have other groups.
    this.#clients.clear();
    if (generation !== 0) {
      this.#pastGenerations.add(generation);
      this.#past = this.#kept.values();
    }
    this.reclaim();
    return next;
  }

  #beginRound(): void {
    this.#round.begin();
    this.#turns.begin();
  }

  /** A piece of what is to be done, none of which is urgent. */
  #turn(): boolean {
    this.#durations.refresh();
    if (this.#left.length > 0) this.#release(REMOVALS_A_TURN);
    else if (this.#past) this.#findPast();
    else return this.#round.turn();
    return true;
  }

  /** Frees slots, the last ones that became invalid first. */
  #release(most: number): void {
    for (let i = 0; i < most; i++) {
      const kept = this.#left.pop();
      if (!kept) return;
      this.#countHits(kept);
      this.#kept.delete(kept.slot);
      this.writer.release(kept.slot);
    }
  }

  #findPast(): void {
    for (let looks = 0; looks < LOOKS_A_TURN && this.#left.length < REMOVALS_A_TURN; looks++) {
      const next = this.#past?.next();
      if (next?.done !== false) {
        this.#past = undefined;
        this.#pastGenerations.clear();
        return;
      }
      const kept = next.value;
      if (kept.isLeaving || !this.#pastGenerations.has(kept.generation)) continue;
      kept.dependNoMore();
      this.#invalidate(kept, this.#left);
    }
  }

  /** For a state that has ended. */
  readonly #drop = (kept: KeptReply): Afterwards => {
    if (!kept.isLeaving) this.#invalidate(kept, this.#leaving);
    return this;
  };

  #forget(kept: KeptReply): void {
    kept.dependNoMore();
    this.#invalidate(kept, this.#leaving);
  }

  #invalidate(kept: KeptReply, to: KeptReply[]): void {
    this.writer.invalidate(kept.slot);
    kept.isLeaving = true;
    to.push(kept);
  }

  #countHits(kept: KeptReply): void {
    let sum = 0;
    for (const family of [0, 1] as const) {
      const streamed = this.writer.takeHits(kept.slot, STREAM_READER, family);
      let hits = 0;
      for (let reader = 0; reader < this.writer.readers.end; reader++) {
        hits += this.writer.takeHits(kept.slot, reader, family);
      }
      if (streamed > 0) this.#tell(kept, streamed, { isStream: true, isIpv6: family === 1 });
      if (hits > 0) this.#tell(kept, hits, { isStream: false, isIpv6: family === 1 });
      sum += hits + streamed;
    }
    if (sum === 0) return;
    kept.wasHit = true;
    kept.repetition.count?.(sum, performance.now());
  }

  #tell(kept: KeptReply, hits: number, from: { isStream: boolean; isIpv6: boolean }): void {
    const { shape, qtype, nameOctets, octets } = this.writer.describe(kept.slot);
    const hasEdns = (shape & Shape.edns) !== 0;
    const queryOctets = HEADER_OCTETS + nameOctets + 4 + (hasEdns ? OPT_OCTETS : 0);
    const dnssecOk = (shape & Shape.dnssecOk) !== 0;
    const { rcode, reason, observers } = kept;
    this.#durations.take(hits, (count, seconds) => {
      const queries: RepeatedQueries = {
        count,
        seconds,
        ...from,
        qtype,
        dnssecOk,
        rcode,
        reason,
        queryOctets,
        replyOctets: octets,
      };
      for (const observer of observers) observer.countRepeats(queries);
    });
  }
}

/** What the TTLs of a reply that ages are now. */
function ttlNow({ ttlSeconds, fromMs }: NonNullable<Repetition["aging"]>): number {
  return ttlSeconds - Math.floor((performance.now() - fromMs) / 1_000);
}

/** Not if somebody has put others on it meanwhile; a second may have gone by. */
function hasTtls(packet: Buffer, { ttlOffsets }: ReplyLayout, ttlSeconds: number): boolean {
  return ttlOffsets.every((at) => {
    const later = packet.readUInt32BE(at) - ttlSeconds;
    return later === 0 || later === 1;
  });
}

function shapeOf(query: Query): number {
  const edns = query.hasEdns ? Shape.edns : 0;
  const dnssecOk = query.dnssecOk ? Shape.dnssecOk : 0;
  const recursion = query.recursionDesired ? Shape.RD : 0;
  return edns | dnssecOk | recursion | (query.flags & (Shape.CD | Shape.AD));
}
