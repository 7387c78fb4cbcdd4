import { randomBytes } from "node:crypto";
import type { ReplyLayout } from "./reply-layout.ts";
import {
  CLOCK_AT,
  COUNTERS_AT,
  COUNTER_WORDS,
  ENDPOINTS_AT,
  MARKS_AT,
  PAGES,
  READERS,
  SEED_AT,
  SLOT_CLASSES,
  Slot,
  TABLE_OCTETS,
  slotAt,
} from "./layout.ts";
import { QuestionKey } from "./question-key.ts";
import { Readers } from "./readers.ts";
import { SlotPool } from "./slot-pool.ts";
import { findSlot, linkSlot, unlinkSlot } from "./table-index.ts";

/** Makes room in the table. */
export interface RoomMaker {
  /** Frees some slots of a pool, if there are any that nobody misses. */
  makeRoom(pool: SlotPool): void;
}

/** A finished reply, and for how long it is one. */
export interface NewReply {
  readonly packet: Buffer;
  readonly layout: ReplyLayout;
  readonly shape: number;
  readonly generation: number;
  /** What all TTLs were at `originMs`, if they count down from there; else undefined. */
  readonly ttlSeconds: number | undefined;
  readonly originMs: number;
  readonly untilMs: number;
  /** Whether questions with capitals get it, too. */
  readonly anyCase: boolean;
  /** Whether the run of address records begins with another of them each time. */
  readonly rotates: boolean;
}

const NOT_KEPT = -1;
const ANY_CASE = 1 << 31;
/** Where the question's name begins in a reply. */
const NAME_OCTET = 12;

/**
 * The one that writes into the table; on the main thread. A slot's way:
 *
 *     free -> insert: valid -> invalidate -> no reader has it any more -> release: no longer found, free
 *
 * A reader that found it before it was made invalid may still be copying: so there is a wait between.
 */
export class TableWriter {
  readonly buffer: SharedArrayBuffer = new SharedArrayBuffer(TABLE_OCTETS);
  readonly readers: Readers;
  readonly #words: Int32Array;
  readonly #octets: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #floats: Float64Array;
  readonly #key = new QuestionKey();
  readonly #pools: readonly SlotPool[];
  /** Counters as they were when hits were counted last. */
  readonly #counted = new Uint32Array(READERS * COUNTER_WORDS);

  constructor() {
    this.#words = new Int32Array(this.buffer);
    this.#octets = new Uint8Array(this.buffer);
    this.#halves = new Uint16Array(this.buffer);
    this.#floats = new Float64Array(this.buffer);
    this.readers = new Readers(this.#words);
    this.#words[SEED_AT] = randomBytes(4).readInt32LE();
    this.#floats[CLOCK_AT / 2] = Number(process.hrtime.bigint()) / 1e6 - performance.now();
    let first = 0;
    this.#pools = SLOT_CLASSES.map(({ octets, count }) => {
      const pool = new SlotPool(octets, first, count);
      first += count;
      return pool;
    });
  }

  /** Makes an endpoint's requests find replies of this generation, 0 for none. */
  setGeneration(endpoint: number, generation: number): void {
    Atomics.store(this.#words, ENDPOINTS_AT + endpoint, generation);
  }

  /**
   * The slot with the reply to the question of a packet, valid or expired; -1 if there is none.
   * @param nameOctets of the question's name, which begins behind the packet's header
   */
  find(
    packet: Uint8Array,
    nameOctets: number,
    shape: number,
    { generation, group = 0 }: { generation: number; group?: number },
  ): number {
    this.#key.read(packet, 12, nameOctets, shape);
    this.#key.locate(this.#words, generation, group);
    return findSlot(this.#words, this.#key);
  }

  /** The hash of the last question looked for. */
  get hash(): number {
    return this.#key.hash;
  }

  /**
   * Keeps the reply to the question that was looked for last, and not found.
   * @returns the slot; -1 if there is no room
   */
  insert(reply: NewReply, room: RoomMaker): number {
    const { packet, layout } = reply;
    const octets = Slot.reply * 4 + ((packet.length + 3) & ~3) + layout.ttlOffsets.length * 2;
    const pool = this.#pools.find((one) => octets <= one.slotOctets);
    const slot = pool ? this.#take(pool, room) : NOT_KEPT;
    if (!pool || slot < 0) return NOT_KEPT;
    this.#write(slotAt(slot), reply);
    if (linkSlot(this.#words, this.#key.hash, slot)) return slot;
    this.invalidate(slot);
    pool.free(slot);
    return NOT_KEPT;
  }

  /** No batch that begins after this gets the reply. */
  invalidate(slot: number): void {
    Atomics.add(this.#words, slotAt(slot), 1);
  }

  /** Makes place in the index for another reply to the same question. */
  unlink(slot: number): void {
    unlinkSlot(this.#words, this.#words[slotAt(slot) + Slot.hash] as number, slot);
  }

  /** Frees a slot. Only when readers have been waited for since it was made invalid. */
  release(slot: number): void {
    this.unlink(slot);
    this.#pools.find((pool) => pool.has(slot))?.free(slot);
  }

  /** Whether a page of slots has had hits since this was asked last. */
  takeMarks(page: number): boolean {
    let isMarked = false;
    for (let reader = 0; reader < this.readers.end; reader++) {
      const mark = MARKS_AT + reader * PAGES + page;
      if (this.#words[mark] !== 0 && Atomics.exchange(this.#words, mark, 0) !== 0) isMarked = true;
    }
    return isMarked;
  }

  /** Hits of a slot since they were counted last, by one reader and from one family. */
  takeHits(slot: number, reader: number, family: 0 | 1): number {
    const counter = reader * COUNTER_WORDS + slot * 2 + family;
    const now = Atomics.load(this.#words, COUNTERS_AT + counter) >>> 0;
    const hits = (now - (this.#counted[counter] as number)) >>> 0;
    if (hits > 0) this.#counted[counter] = now;
    return hits;
  }

  isExpired(slot: number, nowMs: number): boolean {
    return nowMs >= (this.#floats[(slotAt(slot) + Slot.until) >> 1] as number);
  }

  /** What a slot's reply is, for whoever counts it. */
  describe(slot: number): { shape: number; qtype: number; nameOctets: number; octets: number } {
    const at = slotAt(slot);
    const key = this.#words[at + Slot.key] as number;
    return {
      shape: key >>> 16,
      nameOctets: key & 0xffff,
      qtype: (this.#words[at + Slot.question] as number) >>> 16,
      octets: (this.#words[at + Slot.sizes] as number) & 0xffff,
    };
  }

  /** The name in a slot's question, in wire form and in lower case. */
  nameOf(slot: number): string {
    const octets = (this.#words[slotAt(slot) + Slot.key] as number) & 0xffff;
    const start = NAME_OCTET + (slotAt(slot) + Slot.reply) * 4;
    return Buffer.from(this.buffer, start, octets).toString("latin1");
  }

  #take(pool: SlotPool, room: RoomMaker): number {
    const slot = pool.take();
    if (slot >= 0) return slot;
    room.makeRoom(pool);
    return pool.take();
  }

  #write(at: number, reply: NewReply): void {
    const { packet, layout, ttlSeconds, rotates } = reply;
    const words = this.#words;
    const run = rotates ? layout.run : undefined;
    this.#octets.set(packet, (at + Slot.reply) * 4);
    const start = (at + Slot.reply) * 4;
    this.#octets[start] = 0;
    this.#octets[start + 1] = 0;
    this.#key.writeTo(words, at);
    this.#key.writeName(words, at);
    const anyCase = reply.anyCase ? ANY_CASE : 0;
    words[at + Slot.sizes] = anyCase | (layout.ttlOffsets.length << 16) | packet.length;
    words[at + Slot.run] = run ? (run.offset << 16) | (run.count << 8) | run.octets : 0;
    words[at + Slot.ttl] = ttlSeconds ?? -1;
    this.#floats[(at + Slot.origin) >> 1] = reply.originMs;
    this.#floats[(at + Slot.until) >> 1] = reply.untilMs;
    const offsets = (at + Slot.reply + ((packet.length + 3) >> 2)) * 2;
    for (const [i, offset] of layout.ttlOffsets.entries()) this.#halves[offsets + i] = offset;
    // From an odd sequence, or that of a slot never used, to the next even one that is not 0.
    const sequence = Atomics.load(words, at);
    Atomics.store(words, at, ((sequence | 1) + 1) | 0 || 2);
  }
}
