import { describe, expect, it } from "vitest";
import { runFuzz } from "./run.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { FuzzFinding, timed } from "./target.ts";
import { targets } from "./targets.ts";

/** Always the same cases: CI finds nothing by chance, `npm run fuzz -- packets 1000000 --seed 2` may. */
const SEED = 1;
const TIMEOUT_MS = 300_000;
/** The first of so many parts of the cases; `npm run fuzz` runs all of them. */
const PARTS = 5;

describe("whatever is made up, the server stands", () => {
  it.each(targets)(
    "$name: the first cases of $cases",
    async (target) => {
      const { outcomes } = await runFuzz(target, { cases: target.cases / PARTS, seed: SEED });
      // Cases that all come to the same would show nothing.
      expect(outcomes.size).toBeGreaterThan(1);
    },
    TIMEOUT_MS,
  );
});

function targetOf(run: (n: number) => FuzzResult): FuzzTarget {
  return {
    name: "test",
    cases: 10,
    limitMs: 5,
    open: () =>
      Promise.resolve({ run: (random) => run(random.below(100)), close: () => Promise.resolve() }),
  };
}

describe("a run", () => {
  it("is the same for the same seed, and another one for another", async () => {
    const seen: number[][] = [];
    for (const seed of [1, 1, 2]) {
      const numbers: number[] = [];
      await runFuzz(
        targetOf((n) => {
          numbers.push(n);
          return { outcome: "fine", ms: 0 };
        }),
        { cases: 20, seed },
      );
      seen.push(numbers);
    }
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).not.toEqual(seen[0]);
  });

  it("says how to have the case again that does not hold", async () => {
    let count = 0;
    const target = targetOf(() => {
      if (++count === 4) throw new FuzzFinding("fell over", Buffer.from("abc"));
      return { outcome: "fine", ms: 0 };
    });
    await expect(runFuzz(target, { cases: 10, seed: 7 })).rejects.toThrow(
      "fell over; input: 616263 (npm run fuzz -- test 1 --seed 7 --first 3)",
    );
  });

  it("takes it for slow only if it is slow each time", async () => {
    const once = [9];
    const report = await runFuzz(
      targetOf(() => ({ outcome: "fine", ms: once.pop() ?? 1 })),
      { cases: 3, seed: 1 },
    );
    expect(report.slowestMs).toBe(1);
    const always = targetOf(() => ({ outcome: "fine", ms: 9 }));
    await expect(runFuzz(always, { cases: 1, seed: 1 })).rejects.toThrow("took 9.0 ms, not 5");
  });

  it("counts time on a CPU, and whatever is thrown as a finding", () => {
    const ms = timed("", () => {
      const until = performance.now() + 20;
      while (performance.now() < until);
    });
    expect(ms).toBeGreaterThan(0);
    const throwing = (): number => timed("xyz", () => (undefined as never as { a: 1 }).a);
    expect(throwing).toThrow(/^threw TypeError: .*; input: "xyz"$/);
  });
});
