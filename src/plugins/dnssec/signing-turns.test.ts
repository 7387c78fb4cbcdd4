import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";
import { SigningTurns } from "./signing-turns.ts";

/** Of so many that ask at once, those that get room. */
function taken(turns: SigningTurns, isDenial: boolean, asking = 20): number {
  return Array.from({ length: asking }, () => turns.takeRoom(isDenial)).filter(Boolean).length;
}

test("a turn has room for some, and the next one again", async () => {
  const turns = new SigningTurns();
  expect(taken(turns, false)).toBe(16);
  await nextTurn();
  expect(taken(turns, true)).toBe(16);
});

test("what waits has its turn before what comes then, records before denials", async () => {
  const turns = new SigningTurns();
  taken(turns, false);
  const done: string[] = [];
  const waiting = Array.from({ length: 20 }, (_, i) =>
    turns.later(() => done.push(`denial ${i}`), true),
  );
  waiting.push(turns.later(() => done.push("record"), false));
  expect(turns.takeRoom(false)).toBe(false);
  await waiting[0];
  expect(done).toEqual(["record", ...Array.from({ length: 15 }, (_, i) => `denial ${i}`)]);
  // Denials that wait do not keep records waiting, if there is room.
  expect(turns.takeRoom(true)).toBe(false);
  await Promise.all(waiting);
  expect(done).toHaveLength(21);
});

test("one that fails tells who waits for it, and keeps nobody else", async () => {
  const turns = new SigningTurns();
  const failing = turns.later(() => {
    throw new Error("no");
  }, false);
  const other = turns.later(() => "signed", false);
  await expect(failing).rejects.toThrow("no");
  expect(await other).toBe("signed");
});

test("there is no end of records, but of denials that wait", async () => {
  const turns = new SigningTurns();
  let denials = 0;
  const waiting: Promise<unknown>[] = [];
  for (; turns.hasRoomFor(true); denials++) waiting.push(turns.later(() => denials, true));
  expect(denials).toBe(1_000);
  expect(turns.hasRoomFor(false)).toBe(true);
  await Promise.all(waiting);
});
