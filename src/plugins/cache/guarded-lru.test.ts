import { describe, expect, it } from "vitest";
import type { LruOptions } from "./guarded-lru.ts";
import { GuardedLru } from "./guarded-lru.ts";

interface Value {
  readonly key: string;
  readonly octets: number;
  readonly isOver?: boolean;
}

let evicted = 0;

function lru(options: Partial<LruOptions<Value>> = {}): GuardedLru<Value> {
  evicted = 0;
  return new GuardedLru<Value>({
    entries: 1_000,
    octets: 1_000_000,
    onEvict: () => evicted++,
    isOver: ({ isOver }) => isOver === true,
    ...options,
  });
}

const valueOf = (key: string, octets = 100): Value => ({ key, octets });

/** Asks as a cache does: keeps what is not there. */
function ask(all: GuardedLru<Value>, key: string): boolean {
  if (all.get(key)) return true;
  all.set(valueOf(key));
  return false;
}

describe("a guarded LRU", () => {
  it("keeps what it has room for, and gives it back", () => {
    const all = lru();
    for (let i = 0; i < 1_000; i++) all.set(valueOf(`${i}`));
    expect([all.size, all.octets, evicted]).toEqual([1_000, 100_000, 0]);
    for (let i = 0; i < 1_000; i++) expect(all.get(`${i}`)?.key).toBe(`${i}`);
    all.delete("7");
    expect([all.peek("7"), all.get("7"), all.size]).toEqual([undefined, undefined, 999]);
  });

  it("replaces what has the same key", () => {
    const all = lru();
    all.set(valueOf("a", 100));
    all.set(valueOf("a", 250));
    expect([all.size, all.octets, all.peek("a")?.octets, evicted]).toEqual([1, 250, 250, 0]);
  });

  it("never has more entries or octets than its limits", () => {
    for (const options of [{}, { octets: 20_000 }, { entries: 10, octets: 5_000 }]) {
      const all = lru(options);
      const { entries = 1_000, octets = 1_000_000 } = options as Partial<
        Value & { entries: number }
      >;
      for (let i = 0; i < 5_000; i++) {
        const key = `${i % 1_700}`;
        if (i % 3 === 0) all.get(`${i % 700}`, 3);
        all.set(valueOf(key, 1 + ((i * 37) % 900)));
        expect(all.size).toBeLessThanOrEqual(entries);
        expect(all.octets).toBeLessThanOrEqual(octets);
      }
      expect(evicted).toBeGreaterThan(0);
    }
  });

  it("does not keep what is larger than all its room", () => {
    const all = lru({ octets: 10_000 });
    all.set(valueOf("a"));
    for (const octets of [11_000, 19_999, 20_001]) all.set(valueOf("large", octets));
    expect([all.peek("large"), all.peek("a")?.key]).toEqual([undefined, "a"]);
    expect(all.octets).toBe(100);
  });

  it("keeps what is in use during a flood of names that come once", () => {
    const all = lru();
    for (let i = 0; i < 1_000; i++) all.set(valueOf(`old${i}`));
    for (let round = 0; round < 6; round++) for (let i = 0; i < 500; i++) ask(all, `hot${i}`);
    let misses = 0;
    for (let i = 0; i < 30_000; i++) {
      ask(all, `flood${i}`);
      if (i % 4 === 0 && !ask(all, `hot${(i / 4) % 500}`)) misses++;
    }
    expect(misses).toBe(0);
    for (let i = 0; i < 500; i++) expect(all.peek(`hot${i}`)).toBeDefined();
  });

  it("keeps it also when each name of the flood comes three times", () => {
    const all = lru();
    for (let round = 0; round < 6; round++) for (let i = 0; i < 500; i++) ask(all, `hot${i}`);
    let misses = 0;
    for (let i = 0; i < 30_000; i++) {
      for (let times = 0; times < 3; times++) ask(all, `flood${i}`);
      if (i % 4 === 0 && !ask(all, `hot${(i / 4) % 500}`)) misses++;
    }
    // Of 7,500.
    expect(misses).toBeLessThanOrEqual(75);
  });

  it("takes in during a flood what is asked for again and again", () => {
    const all = lru();
    for (let i = 0; i < 5_000; i++) ask(all, `flood${i}`);
    let hits = 0;
    for (let i = 0; i < 10_000; i++) {
      ask(all, `again${i}`);
      if (i % 200 === 0 && ask(all, `new${(i / 200) % 5}`)) hits++;
    }
    expect(hits).toBeGreaterThanOrEqual(50 - 3 * 5);
  });

  it("forgets fame: what was in use once gives way in time", () => {
    const all = lru();
    for (let round = 0; round < 15; round++) for (let i = 0; i < 900; i++) ask(all, `old${i}`);
    for (let round = 0; round < 60; round++) for (let i = 0; i < 900; i++) ask(all, `new${i}`);
    let hits = 0;
    for (let i = 0; i < 900; i++) if (ask(all, `new${i}`)) hits++;
    expect(hits).toBeGreaterThan(850);
  });

  it("lets newcomers have the place of what is over", () => {
    const all = lru({ entries: 100 });
    for (let i = 0; i < 100; i++) {
      all.set({ ...valueOf(`over${i}`), isOver: true });
      all.get(`over${i}`, 5);
    }
    for (let i = 0; i < 90; i++) all.set(valueOf(`new${i}`));
    for (let i = 0; i < 90; i++) expect(all.peek(`new${i}`)).toBeDefined();
  });
});
