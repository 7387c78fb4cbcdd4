/**
 * The answer table: finished replies in one SharedArrayBuffer. One writer, on the main thread, and
 * any number of readers, on all threads. All numbers are in the machine's byte order.
 *
 *     +--------------------------------+ 0
 *     | seed of the hash, clock origin |
 *     +--------------------------------+ ENDPOINTS_AT
 *     | generation of each endpoint    |  0: it has no table
 *     +--------------------------------+ EPOCHS_AT
 *     | epoch of each reader           |  odd: it is in a batch; a cache line for each
 *     +--------------------------------+ DURATIONS_AT
 *     | for each reader: hits and      |  f64; by the time from the beginning of
 *     | milliseconds per bucket        |  the batch to its end
 *     +--------------------------------+ INDEX_AT
 *     | tag (15) | slot + 1 (17)       |  open addressing, linear probing; 0: free
 *     +--------------------------------+ SLOTS_AT
 *     | 65,536 slots of  192 octets    |
 *     |  8,192 slots of  384           |
 *     |  2,048 slots of 1408           |
 *     +--------------------------------+ COUNTERS_AT
 *     | hits: [reader][slot][family]   |  u32, written by that reader alone
 *     +--------------------------------+ MARKS_AT
 *     | marks: [reader][page]          |  not 0: hits of that page's slots are to be counted
 *     +--------------------------------+ CLIENTS_AT
 *     | address (4) | group (1)        |  32,768 clients in buckets of 8, see client-groups.ts
 *     +--------------------------------+
 *
 * Of its 26 MB, pages that nothing was written to cost nothing: slots are used from the lowest
 * up, and counters of readers that there are not stay untouched.
 *
 * A slot, in words of 32 bits:
 *
 *      0  sequence: even and not 0 while valid, odd else   6  TTL at the origin
 *      1  hash                                             7  qtype (16) | qclass (16)
 *      2  generation of the endpoint                     8-9  origin of the TTL, f64, ms
 *      3  shape (16) | octets of the question's name   10-11  end of validity, f64, ms
 *      4  for questions with capitals too (1),            12  group of clients, 0 for all
 *         offsets of TTLs (15) | octets of the reply (16) 13  the reply, id 0,
 *      5  run of address records: its offset (16),            its question in lower case;
 *         records (8), octets of each (8)                     then the offsets, 16 bits each
 */

/** Readers that there may be. */
export const READERS = 10;
/** The main thread's for UDP, and its other one, for streams: their hits are counted apart. */
export const UDP_READER = 0;
export const STREAM_READER = 1;
/** The first one that a thread may have. */
export const FIRST_THREAD_READER = 2;
/** Addresses and ports that can have a table. */
export const ENDPOINTS = 64;

export interface SlotClass {
  readonly octets: number;
  readonly count: number;
}

export const SLOT_CLASSES: readonly SlotClass[] = [
  { octets: 192, count: 65_536 },
  { octets: 384, count: 8_192 },
  { octets: 1_408, count: 2_048 },
];
const [SMALL, MEDIUM, LARGE] = SLOT_CLASSES as [SlotClass, SlotClass, SlotClass];
export const SLOTS: number = SLOT_CLASSES.reduce((sum, { count }) => sum + count, 0);

/** Words, unless a name says otherwise. */
export const SEED_AT = 0;
/** An f64. */
export const CLOCK_AT = 2;
/** How many clients' groups are known. */
export const CLIENTS_KNOWN_AT = 4;
export const ENDPOINTS_AT = 16;
export const EPOCHS_AT: number = ENDPOINTS_AT + ENDPOINTS;
export const EPOCH_WORDS = 16;

/** Upper bounds of the buckets are 0.25 ms and then always twice the one before; the last has none. */
export const DURATION_BUCKETS = 17;
export const FIRST_BOUND_MS = 0.25;
export const DURATIONS_AT: number = EPOCHS_AT + READERS * EPOCH_WORDS;
/** Of each reader: hits and milliseconds of each bucket, f64. */
export const DURATION_WORDS: number = DURATION_BUCKETS * 4;

const SLOT_BITS = 17;
export const SLOT_MASK: number = (1 << SLOT_BITS) - 1;
export const INDEX_WORDS: number = 1 << 18;
export const INDEX_MASK: number = INDEX_WORDS - 1;
/** Places looked at before a reply counts as not there. */
export const MAX_PROBES = 24;
export const INDEX_AT: number = roundUp(DURATIONS_AT + READERS * DURATION_WORDS, 1_024);

export const SLOTS_AT: number = INDEX_AT + INDEX_WORDS;
const MEDIUM_AT = SLOTS_AT + (SMALL.count * SMALL.octets) / 4;
const LARGE_AT = MEDIUM_AT + (MEDIUM.count * MEDIUM.octets) / 4;
export const COUNTERS_AT: number =
  SLOTS_AT + SLOT_CLASSES.reduce((sum, { octets, count }) => sum + octets * count, 0) / 4;
export const COUNTER_WORDS: number = SLOTS * 2;
/** Slots whose hits have a mark in common: a page. */
export const PAGE_BITS = 5;
export const PAGE_SLOTS: number = 1 << PAGE_BITS;
export const PAGES: number = SLOTS >> PAGE_BITS;
export const MARKS_AT: number = COUNTERS_AT + READERS * COUNTER_WORDS;
/** Clients whose group is known: places of one bucket lie together. */
export const CLIENTS_AT: number = MARKS_AT + READERS * PAGES;
export const CLIENT_BUCKETS: number = 1 << 12;
export const CLIENT_WAYS = 8;
/** Address (4), group (1): 0 if the place is free. */
export const CLIENT_WORDS = 5;
export const TABLE_OCTETS: number = (CLIENTS_AT + CLIENT_BUCKETS * CLIENT_WAYS * CLIENT_WORDS) * 4;

/** Words of a slot. */
export const Slot = {
  sequence: 0,
  hash: 1,
  generation: 2,
  key: 3,
  sizes: 4,
  run: 5,
  ttl: 6,
  question: 7,
  origin: 8,
  until: 10,
  group: 12,
  reply: 13,
} as const;

/** Bits of a request's shape; CD and AD are where the header's fourth octet has them. */
export const Shape = { edns: 1, dnssecOk: 2, RD: 4, CD: 0x10, AD: 0x20 } as const;
/** Largest reply for clients without EDNS, and for all others (RFC 9715 §3.1). */
export const PLAIN_OCTETS = 512;
export const MAX_OCTETS = 1_232;

/** The first word of a slot. */
export function slotAt(slot: number): number {
  if (slot < SMALL.count) return SLOTS_AT + slot * (SMALL.octets / 4);
  const medium = slot - SMALL.count;
  if (medium < MEDIUM.count) return MEDIUM_AT + medium * (MEDIUM.octets / 4);
  return LARGE_AT + (medium - MEDIUM.count) * (LARGE.octets / 4);
}

/** A word of the index. */
export function indexWord(hash: number, slot: number): number {
  return ((hash >>> SLOT_BITS) << SLOT_BITS) | (slot + 1);
}

/** Whether a word of the index can be that of a hash. */
export function hasTag(word: number, hash: number): boolean {
  return ((word ^ hash) & ~SLOT_MASK) === 0;
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
