import { randomBytes } from "node:crypto";
import { MAX_MESSAGE_OCTETS } from "../../dns/wire-writer.ts";
import {
  CLIENTS_KNOWN_AT,
  CLOCK_AT,
  COUNTERS_AT,
  COUNTER_WORDS,
  DURATIONS_AT,
  DURATION_BUCKETS,
  DURATION_WORDS,
  ENDPOINTS_AT,
  EPOCHS_AT,
  EPOCH_WORDS,
  FIRST_BOUND_MS,
  MARKS_AT,
  MAX_OCTETS,
  PAGES,
  PAGE_BITS,
  PLAIN_OCTETS,
  STREAM_READER,
  Shape,
  Slot,
  slotAt,
} from "./layout.ts";
import { findGroup, readAddress, setIpv4 } from "./client-groups.ts";
import { QuestionKey, wordAt } from "./question-key.ts";
import { findSlot } from "./table-index.ts";

/**
 * Answers requests from the table. Needs nothing but the table's memory, so it works on any
 * thread. What it does not know, or what is in any way unusual, is a miss and left to the chain:
 *
 *     | id | QR..TC 0, RD | RA Z 0, AD, CD, 0 | 1 0 0 0..1 | name, no pointers | type | class |
 *     | 0 | 41 | payload size | 0 | version 0 | DO | no options |     and nothing behind it
 *
 * Use: `beginBatch`, `answer` for each request, send the replies, `endBatch`. Within a batch
 * the writer waits before it lets a change be seen; so the batch is to be short.
 */
export class TableReader {
  /** Whether the requests to come are from IPv6 clients: it is counted. */
  isIpv6 = false;
  readonly #words: Int32Array;
  readonly #octets: Uint8Array;
  readonly #halves: Uint16Array;
  readonly #floats: Float64Array;
  readonly #epochAt: number;
  readonly #countersAt: number;
  readonly #marksAt: number;
  readonly #durationsAt: number;
  readonly #endpointAt: number;
  /** Largest reply for clients without EDNS, and for all others. */
  readonly #plainLimit: number;
  readonly #mostLimit: number;
  readonly #key = new QuestionKey();
  #peer: Uint8Array | string | undefined;
  #peerAt = 0;
  readonly #client = new Int32Array(4);
  #shape = 0;
  #limit = 0;
  #nameOctets = 0;
  #nowMs = 0;
  #hits = 0;
  #random = 0;
  #clockOffsetMs = 0;
  #out: Uint8Array = new Uint8Array(0);
  /** `#out` as words; undefined if it does not lie at a multiple of 4. */
  #outWords: Int32Array | undefined;

  /**
   * @param reader its number, which no other reader has
   * @param endpoint whose requests it answers
   */
  constructor(buffer: SharedArrayBuffer, reader: number, endpoint: number) {
    this.#words = new Int32Array(buffer);
    this.#octets = new Uint8Array(buffer);
    this.#halves = new Uint16Array(buffer);
    this.#floats = new Float64Array(buffer);
    this.#epochAt = EPOCHS_AT + reader * EPOCH_WORDS;
    this.#countersAt = COUNTERS_AT + reader * COUNTER_WORDS;
    this.#marksAt = MARKS_AT + reader * PAGES;
    this.#durationsAt = (DURATIONS_AT + reader * DURATION_WORDS) / 2;
    this.#endpointAt = ENDPOINTS_AT + endpoint;
    const isStream = reader === STREAM_READER;
    this.#plainLimit = isStream ? MAX_MESSAGE_OCTETS : PLAIN_OCTETS;
    this.#mostLimit = isStream ? MAX_MESSAGE_OCTETS : MAX_OCTETS;
    this.#random = randomBytes(4).readInt32LE();
  }

  /** Says who the next request is from: a socket address of the kernel's, or an address as text. */
  isFrom(peer: Uint8Array | string, at = 0): void {
    this.#peer = peer;
    this.#peerAt = at;
  }

  /** For another thread than the writer's: its `performance.now()` began at another time. */
  adjustClock(): void {
    const ownOriginMs = Number(process.hrtime.bigint()) / 1e6 - performance.now();
    this.#clockOffsetMs = ownOriginMs - (this.#floats[CLOCK_AT / 2] as number);
  }

  /** @param nowMs when the requests of the batch were received, by `performance.now()` */
  beginBatch(nowMs: number): void {
    this.#nowMs = nowMs + this.#clockOffsetMs;
    this.#hits = 0;
    Atomics.add(this.#words, this.#epochAt, 1);
  }

  /** @param nowMs when the replies had been sent */
  endBatch(nowMs: number): void {
    Atomics.add(this.#words, this.#epochAt, 1);
    if (Atomics.load(this.#words, this.#epochAt + 1) !== 0) {
      Atomics.notify(this.#words, this.#epochAt);
    }
    if (this.#hits > 0) this.#countDuration(nowMs + this.#clockOffsetMs - this.#nowMs);
  }

  /**
   * Answers one request: `length` octets from `start` on.
   * @returns octets of the reply, written from `outStart` on; 0 if it is not in the table.
   */
  answer(
    request: Uint8Array,
    start: number,
    length: number,
    out: Uint8Array,
    outStart: number,
  ): number {
    if (!this.#read(request, start, length)) return 0;
    const words = this.#words;
    const generation = Atomics.load(words, this.#endpointAt);
    if (generation === 0) return 0;
    this.#key.read(request, start + 12, this.#nameOctets, this.#shape);
    const slot = this.#find(generation);
    if (slot < 0) return 0;
    const at = slotAt(slot);
    const sequence = Atomics.load(words, at);
    // Between the search and here the writer may have been at it.
    if (sequence === 0 || (sequence & 1) !== 0 || !this.#key.isIn(words, at)) return 0;
    const sizes = words[at + Slot.sizes] as number;
    if (sizes >= 0 && this.#key.hasCapitals) return 0;
    const octets = sizes & 0xffff;
    if (octets > this.#limit || outStart + octets > out.length) return 0;
    if (this.#nowMs >= (this.#floats[(at + Slot.until) >> 1] as number)) return 0;
    this.#copy(at, octets, out, outStart);
    this.#patch(request, start, out, outStart);
    if (words[at + Slot.ttl] !== -1) this.#setTtl(at, octets, out, outStart);
    if (words[at + Slot.run] !== 0) this.#rotate(at, out, outStart);
    if (Atomics.load(words, at) !== sequence) return 0;
    const counter = this.#countersAt + slot * 2 + (this.isIpv6 ? 1 : 0);
    words[counter] = (words[counter] as number) + 1;
    // After the counter, so that whoever takes the mark away finds the hit.
    words[this.#marksAt + (slot >> PAGE_BITS)] = 1;
    this.#hits++;
    return octets;
  }

  /** The reply that is everybody's, or that of the client's group. */
  #find(generation: number): number {
    const words = this.#words;
    this.#key.locate(words, generation, 0);
    const slot = findSlot(words, this.#key);
    if (slot >= 0 || words[CLIENTS_KNOWN_AT] === 0 || !this.#readClient()) return slot;
    const group = findGroup(words, this.#client);
    if (group === 0) return -1;
    this.#key.locate(words, generation, group);
    return findSlot(words, this.#key);
  }

  #readClient(): boolean {
    const peer = this.#peer;
    if (typeof peer === "string") return readAddress(peer, this.#client);
    if (!peer) return false;
    const at = this.#peerAt;
    if (peer[at] === AF_INET) setIpv4(wordAt(peer, at + 4), this.#client);
    else for (let i = 0; i < 4; i++) this.#client[i] = wordAt(peer, at + 8 + i * 4);
    return true;
  }

  /** Reads a request as far as it has to be known; false if it is unusual. */
  #read(request: Uint8Array, start: number, length: number): boolean {
    const end = start + length;
    if (length < 17 || end > request.length) return false;
    const low = request[start + 3] as number;
    if (((request[start + 2] as number) & 0xfe) !== 0 || (low & 0xcf) !== 0) return false;
    if (request[start + 4] !== 0 || request[start + 5] !== 1) return false;
    for (let i = start + 6; i < start + 11; i++) if (request[i] !== 0) return false;
    let at = start + 12;
    for (let label = request[at] as number; label !== 0; label = request[at] as number) {
      if (label > 63) return false;
      at += label + 1;
      if (at >= end) return false;
    }
    this.#nameOctets = at - start - 11;
    if (this.#nameOctets > 255) return false;
    this.#shape = (low & (Shape.AD | Shape.CD)) | ((request[start + 2] as number) * Shape.RD);
    this.#limit = this.#plainLimit;
    const additional = request[start + 11] as number;
    if (additional === 0) return end === at + 5;
    return additional === 1 && end === at + 16 && this.#readOpt(request, at + 5);
  }

  #readOpt(request: Uint8Array, at: number): boolean {
    const payloadSize = ((request[at + 3] as number) << 8) | (request[at + 4] as number);
    const flags = request[at + 7] as number;
    let rest = (request[at] as number) | (request[at + 1] as number) | (flags & 0x7f);
    rest |= (request[at + 5] as number) | (request[at + 6] as number);
    rest |=
      (request[at + 8] as number) | (request[at + 9] as number) | (request[at + 10] as number);
    if (rest !== 0 || request[at + 2] !== 41) return false;
    this.#shape |= Shape.edns | (flags === 0 ? 0 : Shape.dnssecOk);
    if (payloadSize > this.#limit) this.#limit = Math.min(payloadSize, this.#mostLimit);
    return true;
  }

  #copy(at: number, octets: number, out: Uint8Array, outStart: number): void {
    if (out !== this.#out) this.#useOut(out);
    const from = at + Slot.reply;
    const outWords = this.#outWords;
    const whole = (octets + 3) >> 2;
    if (!outWords || (outStart & 3) !== 0 || (outStart >> 2) + whole > outWords.length) {
      out.set(this.#octets.subarray(from * 4, from * 4 + octets), outStart);
      return;
    }
    const words = this.#words;
    for (let i = 0, to = outStart >> 2; i < whole; i++)
      outWords[to + i] = words[from + i] as number;
  }

  #useOut(out: Uint8Array): void {
    this.#out = out;
    const isAligned = (out.byteOffset & 3) === 0;
    this.#outWords = isAligned
      ? new Int32Array(out.buffer, out.byteOffset, out.length >> 2)
      : undefined;
  }

  /** Id, and the name as this client wrote it. */
  #patch(request: Uint8Array, start: number, out: Uint8Array, outStart: number): void {
    out[outStart] = request[start] as number;
    out[outStart + 1] = request[start + 1] as number;
    const end = 12 + this.#nameOctets;
    for (let i = 12; i < end; i++) out[outStart + i] = request[start + i] as number;
  }

  #setTtl(at: number, octets: number, out: Uint8Array, outStart: number): void {
    const ageMs = this.#nowMs - (this.#floats[(at + Slot.origin) >> 1] as number);
    // The batch may have been received before the reply was made.
    const ageSeconds = ageMs > 0 ? Math.floor(ageMs / 1_000) : 0;
    const ttl = (this.#words[at + Slot.ttl] as number) - ageSeconds;
    const count = ((this.#words[at + Slot.sizes] as number) >>> 16) & 0x7fff;
    const offsets = (at + Slot.reply + ((octets + 3) >> 2)) * 2;
    for (let i = 0; i < count; i++) {
      const to = outStart + (this.#halves[offsets + i] as number);
      out[to] = ttl >>> 24;
      out[to + 1] = ttl >>> 16;
      out[to + 2] = ttl >>> 8;
      out[to + 3] = ttl;
    }
  }

  /** Begins a run of address records with any of them; their order stays. */
  #rotate(at: number, out: Uint8Array, outStart: number): void {
    const run = this.#words[at + Slot.run] as number;
    const size = run & 0xff;
    const count = (run >>> 8) & 0xff;
    const offset = run >>> 16;
    this.#random = (Math.imul(this.#random, 1_664_525) + 1_013_904_223) | 0;
    let record = (this.#random >>> 16) % count;
    const from = (at + Slot.reply) * 4 + offset;
    let to = outStart + offset;
    for (let i = 0; i < count; i++) {
      const source = from + record * size;
      // Owner, type and class are the same in all of them, and TTLs are set already.
      for (let j = RDATA_AT; j < size; j++) out[to + j] = this.#octets[source + j] as number;
      to += size;
      record = record + 1 === count ? 0 : record + 1;
    }
  }

  #countDuration(ms: number): void {
    let bucket = 0;
    for (let bound = FIRST_BOUND_MS; ms > bound && bucket < DURATION_BUCKETS - 1; bucket++) {
      bound *= 2;
    }
    const at = this.#durationsAt + bucket * 2;
    this.#floats[at] = (this.#floats[at] as number) + this.#hits;
    this.#floats[at + 1] = (this.#floats[at + 1] as number) + this.#hits * ms;
  }
}

/** Of a socket address, little end first, as on all machines that the system calls are known for. */
const AF_INET = 2;
/** Where a record's data begins if its owner is a pointer. */
const RDATA_AT = 12;
