import { setImmediate as turn } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { until } from "../../testing/until.ts";
import { OUTBOX_REPLIES } from "../client.ts";
import type { Libc } from "./libc.ts";
import { EAGAIN, EINTR } from "./libc.ts";
import { PEER_OCTETS } from "./miss-ring.ts";
import { ReplyQueue } from "./reply-queue.ts";

const EINVAL = 22;

/** A kernel that does as told: how many slots each call takes, or the error that it has. */
let script: ({ take: number } | { errno: number })[];
/** Slots asked for in each call, and the number of the first one. */
let calls: { first: number; count: number }[];
let errno = 0;

const BASE = 65_536;
const libc = {
  addressOf: () => BASE,
  errno: () => errno,
  sendmmsg(_fd: number, headers: number, count: number): number {
    calls.push({ first: (headers - BASE) / 64, count });
    const step = script.shift() ?? { take: count };
    if ("take" in step) return step.take;
    ({ errno } = step);
    return -1;
  },
} as unknown as Libc;

function push(queue: ReplyQueue, count: number): void {
  for (let i = 0; i < count; i++) queue.push(Buffer.alloc(PEER_OCTETS), Buffer.from("reply"));
}

describe("ReplyQueue", () => {
  beforeEach(() => {
    script = [];
    calls = [];
  });

  it("sends the replies of a turn of the event loop by one call", async () => {
    const queue = new ReplyQueue(libc, 3);
    push(queue, 5);
    expect(calls).toEqual([]);
    await turn();
    expect(calls).toEqual([{ first: 0, count: 5 }]);
    push(queue, 1);
    await turn();
    expect(calls.slice(1)).toEqual([{ first: 0, count: 1 }]);
    expect(queue.unsent).toBe(0);
  });

  it("sends at the end of work, and in between when that is much", () => {
    const queue = new ReplyQueue(libc, 3);
    queue.during(() => push(queue, 100));
    expect(calls.map(({ count }) => count)).toEqual([64, 36]);
  });

  it("leaves out what cannot be sent, and goes on after it", () => {
    script = [{ take: 2 }, { errno: EINVAL }, { errno: EINTR }];
    const queue = new ReplyQueue(libc, 3);
    queue.during(() => push(queue, 5));
    expect(calls.map(({ first, count }) => [first, count])).toEqual([
      [0, 5],
      [2, 3],
      [3, 2],
      [3, 2],
    ]);
    expect(queue.unsent).toBe(1);
  });

  it("keeps what the socket has no room for, the newest before the others", async () => {
    script = [{ take: 10 }, ...Array.from({ length: 101 }, () => ({ errno: EAGAIN }))];
    const queue = new ReplyQueue(libc, 3);
    queue.during(() => push(queue, 64));
    push(queue, 100);
    expect([queue.unsent, queue.isFull]).toEqual([0, false]);
    await until(() => calls.length >= 105);
    expect(calls.slice(-3)).toEqual([
      { first: 10, count: 54 },
      { first: 0, count: 64 },
      { first: 0, count: 36 },
    ]);
    expect(queue.unsent).toBe(0);
  });

  it("drops the oldest that wait where there is no room, and tells of it", () => {
    const stuck: Libc = { ...libc, sendmmsg: () => -1, errno: () => EAGAIN };
    const queue = new ReplyQueue(stuck, 3);
    let told = 0;
    queue.onDropped = (count) => void (told += count);
    queue.during(() => push(queue, 64 + OUTBOX_REPLIES - 1));
    expect([queue.isFull, queue.unsent]).toEqual([false, 0]);
    push(queue, 1);
    expect([queue.isFull, queue.unsent]).toEqual([true, 0]);
    push(queue, 5);
    expect([queue.isFull, queue.unsent, told]).toEqual([true, 5, 5]);
    queue.close();
    expect(told).toBe(5 + 64 + OUTBOX_REPLIES);
  });

  it("sends the newest first of those that have waited", () => {
    let takes = false;
    const sent: number[] = [];
    const slow: Libc = {
      ...libc,
      errno: () => EAGAIN,
      sendmmsg: (_fd, _headers, count) => (takes ? count : -1),
    };
    const queue = new ReplyQueue(slow, 3);
    const record = (i: number): Buffer => {
      const buffer = Buffer.alloc(PEER_OCTETS);
      // A peer is copied when its reply goes into the batch.
      buffer.copy = (...args: Parameters<Buffer["copy"]>): number => {
        if (takes) sent.push(i);
        return Buffer.prototype.copy.apply(buffer, args);
      };
      return buffer;
    };
    queue.during(() => {
      for (let i = 0; i < 70; i++) queue.push(record(i), Buffer.from("reply"));
    });
    takes = true;
    queue.flush();
    expect(sent).toEqual([69, 68, 67, 66, 65, 64]);
  });
});
