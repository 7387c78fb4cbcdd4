import { randomBytes } from "node:crypto";
import { expect, it } from "vitest";
import { Doorkeeper } from "./doorkeeper.ts";

function hashes(count: number): Int32Array {
  return new Int32Array(new Uint8Array(randomBytes(count * 4)).buffer);
}

function admitted(doorkeeper: Doorkeeper, of: Iterable<number>): number {
  let count = 0;
  for (const hash of of) if (doorkeeper.admits(hash)) count++;
  return count;
}

it("lets in all who come again, though ten thousand others came meanwhile", () => {
  const doorkeeper = new Doorkeeper();
  const names = new Int32Array(10_000).map((_zero, i) => Math.imul(i + 1, 0x9e3779b1));
  expect(admitted(doorkeeper, names)).toBeLessThan(100);
  expect(admitted(doorkeeper, names)).toBe(10_000);
});

it("keeps out a flood of names that come once, for as long as it lasts", () => {
  const doorkeeper = new Doorkeeper();
  for (let round = 0; round < 10; round++) {
    expect(admitted(doorkeeper, hashes(100_000))).toBeLessThan(500);
  }
});
