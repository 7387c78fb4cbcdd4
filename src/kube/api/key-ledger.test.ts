import { expect, it } from "vitest";
import type { ObjectKey } from "../cluster-source.ts";
import { KeyLedger } from "./key-ledger.ts";

const A = { namespace: "shop", name: "a" };
const B = { namespace: "shop", name: "b" };
const NAMESPACE = { namespace: "", name: "shop" };

function gone(ledger: KeyLedger): ObjectKey[] {
  const keys: ObjectKey[] = [];
  ledger.endRound((key) => keys.push(key));
  return keys;
}

it("tells what was not seen again, once", () => {
  const ledger = new KeyLedger();
  ledger.beginRound();
  for (const key of [A, B, NAMESPACE]) ledger.see(key);
  expect(gone(ledger)).toEqual([]);
  ledger.beginRound();
  ledger.see(B);
  expect(gone(ledger)).toEqual([A, NAMESPACE]);
  ledger.beginRound();
  ledger.see(B);
  expect(gone(ledger)).toEqual([]);
});

it("forgets nothing in a round that was broken off", () => {
  const ledger = new KeyLedger();
  ledger.beginRound();
  ledger.see(A);
  ledger.endRound(() => {});
  ledger.beginRound();
  ledger.beginRound();
  ledger.see(A);
  ledger.see(B);
  expect(gone(ledger)).toEqual([]);
  expect(ledger.size).toBe(2);
});

it("keeps what was known and cannot be read now, and nothing else", () => {
  const ledger = new KeyLedger();
  ledger.beginRound();
  ledger.see(A);
  ledger.endRound(() => {});
  ledger.beginRound();
  ledger.keep(A);
  ledger.keep(B);
  expect(gone(ledger)).toEqual([]);
  expect(ledger.forget(A)).toBe(true);
  expect(ledger.forget(B)).toBe(false);
});

it("is right about what was forgotten or kept within a round", () => {
  const ledger = new KeyLedger();
  ledger.beginRound();
  for (const key of [A, B, NAMESPACE]) ledger.see(key);
  ledger.endRound(() => {});
  ledger.beginRound();
  ledger.forget(A);
  ledger.see(A);
  ledger.see(A);
  ledger.keep(B);
  ledger.forget(B);
  expect(gone(ledger)).toEqual([NAMESPACE]);
  expect(ledger.size).toBe(1);
});
