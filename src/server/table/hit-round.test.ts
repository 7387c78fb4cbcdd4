import { beforeEach, describe, expect, it } from "vitest";
import { HitRound } from "./hit-round.ts";
import { PAGES, PAGE_SLOTS } from "./layout.ts";

let marks = new Set<number>();
let counted: number[] = [];
let looks = 0;
let round: HitRound;

beforeEach(() => {
  marks = new Set();
  counted = [];
  looks = 0;
  round = new HitRound(
    (page) => {
      looks++;
      return marks.delete(page);
    },
    (slot) => counted.push(slot),
  );
});

/** What each turn of a round counts. */
function turns(): number[] {
  const all: number[] = [];
  for (let more = true; more;) {
    counted = [];
    looks = 0;
    more = round.turn();
    expect(looks).toBeLessThanOrEqual(512);
    all.push(counted.length);
  }
  return all;
}

describe("a round of counting hits", () => {
  it("looks at the slots of one page in a turn", () => {
    marks = new Set([0, 1, 2, PAGES - 1]);
    round.begin();
    expect(turns().filter((slots) => slots > 0)).toEqual([32, 32, 32, 32]);
  });

  it("touches only what has had hits, and once more after that", () => {
    const seen: number[] = [];
    for (let i = 0; i < 4; i++) {
      if (i === 1) marks.add(7);
      round.begin();
      seen.push(turns().reduce((sum, slots) => sum + slots, 0));
    }
    expect(seen).toEqual([0, PAGE_SLOTS, PAGE_SLOTS, 0]);
  });

  it("sees a mark that was set behind it before it was asked for", async () => {
    round.begin();
    round.turn();
    marks.add(3);
    let isOver = false;
    round.begin();
    const over = round.ended.then(() => (isOver = true));
    for (let more = true; more && marks.has(3);) {
      await Promise.resolve();
      expect(isOver).toBe(false);
      more = round.turn();
    }
    expect(counted).toContain(3 * PAGE_SLOTS);
    turns();
    await over;
  });
});
