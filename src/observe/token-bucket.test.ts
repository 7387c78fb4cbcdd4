import { expect, it } from "vitest";
import { TokenBucket } from "./token-bucket.ts";

it("gives a burst, then so many a second, and a burst again after a rest however long", () => {
  let nowMs = 0;
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, () => nowMs);
  const takeAll = (): number => {
    let taken = 0;
    while (bucket.take()) taken++;
    return taken;
  };
  // A rest before the first one is no reason for more.
  nowMs = 60_000;
  expect(takeAll()).toBe(3);
  expect(bucket.waitMs()).toBe(500);
  nowMs += 499;
  expect(takeAll()).toBe(0);
  nowMs += 1;
  expect(bucket.waitMs()).toBe(0);
  expect(takeAll()).toBe(1);
  nowMs += 60_000;
  expect(takeAll()).toBe(3);
});
