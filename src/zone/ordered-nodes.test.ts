import fc from "fast-check";
import { expect, test } from "vitest";
import { Name } from "../dns/name.ts";
import { compareKeys } from "./canonical-order.ts";
import { OrderedNodes } from "./ordered-nodes.ts";

test("names are in the order of RFC 4034 §6.1", () => {
  const names = [
    "example.",
    "a.example.",
    "yljkjljk.a.example.",
    "Z.a.example.",
    "zABC.a.EXAMPLE.",
    "z.example.",
    "\\001.z.example.",
    "*.z.example.",
    "\\200.z.example.",
  ].map((text) => Name.parse(text).key);
  expect(names.toReversed().toSorted(compareKeys)).toEqual(names);
});

test("the last name in front of another one is found, in a ring, whatever is added and removed", () => {
  const label = fc.constantFrom("a", "b", "c", "ab", "*", "z");
  const key = fc
    .array(label, { minLength: 1, maxLength: 4 })
    .map((labels) => Name.parse(`${labels.join(".")}.`).key);
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), key), { maxLength: 50 }), key, (steps, wanted) => {
      const keys: string[] = [];
      const ordered = new OrderedNodes((node) => keys[node] ?? "");
      const held = new Map<string, number>();
      for (const [isAdded, one] of steps) {
        const node = held.get(one) ?? keys.push(one) - 1;
        if (isAdded) ordered.add(node);
        else ordered.remove(node);
        if (isAdded) held.set(one, node);
        else held.delete(one);
      }
      const sorted = [...held.keys()].toSorted(compareKeys);
      const expected = sorted.findLast((one) => compareKeys(one, wanted) <= 0) ?? sorted.at(-1);
      const found = ordered.atOrBefore(wanted);
      expect(found < 0 ? undefined : keys[found]).toBe(expected);
    }),
  );
});

test("thousands are in order, in whatever order they come", () => {
  const keys = Array.from({ length: 5_000 }, (_, i) => Name.parse(`n${(i * 7_919) % 5_000}.`).key);
  const ordered = new OrderedNodes((node) => keys[node] ?? "");
  keys.forEach((_, node) => ordered.add(node));
  const sorted = keys.toSorted(compareKeys);
  for (const [i, key] of sorted.entries()) {
    expect(keys[ordered.atOrBefore(key)]).toBe(key);
    expect(keys[ordered.atOrBefore(`\u0001\u0000${key}`)]).toBe(sorted[i]);
  }
});
