import { describe, expect, it } from "vitest";
import type { Libc } from "./libc.ts";
import { MessageBatch, PEER_WORDS } from "./message-batch.ts";
import { MissRing, PEER_OCTETS } from "./miss-ring.ts";

const RING_OCTETS = 4096;

/** A batch whose memory is never given to C. */
function makeBatch(count: number): MessageBatch {
  return new MessageBatch({ addressOf: () => 4096 } as unknown as Libc, count);
}

/** Puts a datagram of this length into a slot, told apart by its number. */
function fill(batch: MessageBatch, slot: number, length: number, number: number): void {
  batch.words[slot * 16 + 14] = length;
  const peer = batch.peerWord(slot);
  batch.words.fill(number, peer, peer + PEER_WORDS);
  const at = batch.dataOctet(slot);
  batch.octets.fill(number, at, at + length);
}

function expectRecord(record: Buffer | undefined, length: number, number: number): void {
  expect(record?.length).toBe(PEER_OCTETS + length);
  expect(record?.readInt32LE(0)).toBe(number);
  expect(record?.subarray(PEER_OCTETS)).toEqual(Buffer.alloc(length, number));
}

describe("MissRing", () => {
  it("gives out what has been published, in order, whatever the lengths", () => {
    const ring = new MissRing(MissRing.allocate(RING_OCTETS));
    const batch = makeBatch(1);
    let [pushed, taken] = [0, 0];
    const lengthOf = (number: number): number => 12 + ((number * 37) % 500);
    for (let round = 0; round < 400; round++) {
      for (;;) {
        fill(batch, 0, lengthOf(pushed), pushed & 0x7f);
        if (!ring.push(batch, 0)) break;
        pushed++;
      }
      ring.publish();
      // Never the whole of it, so that records begin everywhere.
      for (let i = 0; i < 3 && taken < pushed; i++, taken++) {
        expectRecord(ring.take(), lengthOf(taken), taken & 0x7f);
      }
    }
    expect(taken).toBe(1200);
  });

  it("shows nothing that has not been published", () => {
    const ring = new MissRing(MissRing.allocate(RING_OCTETS));
    const batch = makeBatch(1);
    fill(batch, 0, 20, 1);
    expect(ring.push(batch, 0)).toBe(true);
    expect(ring.take()).toBeUndefined();
    ring.publish();
    expectRecord(ring.take(), 20, 1);
    expect(ring.take()).toBeUndefined();
  });

  it("goes on where a writer that has died left off", () => {
    const memory = MissRing.allocate(RING_OCTETS);
    const reader = new MissRing(memory);
    const batch = makeBatch(1);
    const first = new MissRing(memory);
    fill(batch, 0, 20, 1);
    first.push(batch, 0);
    first.publish();
    fill(batch, 0, 30, 2);
    first.push(batch, 0);
    const second = new MissRing(memory);
    fill(batch, 0, 40, 3);
    second.push(batch, 0);
    second.publish();
    expectRecord(reader.take(), 20, 1);
    expectRecord(reader.take(), 40, 3);
  });

  it("wakes a reader that waits, and does not let it wait where there is something", async () => {
    const ring = new MissRing(MissRing.allocate(RING_OCTETS));
    const batch = makeBatch(1);
    const woken = ring.wait();
    expect(woken).toBeInstanceOf(Promise);
    fill(batch, 0, 20, 1);
    ring.push(batch, 0);
    ring.publish();
    await woken;
    expect(ring.wait()).toBeUndefined();
    expectRecord(ring.take(), 20, 1);
  });
});
