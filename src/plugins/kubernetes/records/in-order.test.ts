import fc from "fast-check";
import { expect, it } from "vitest";
import { inOrder } from "./in-order.ts";

it("gives what a sort gives", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 3 })), (words) => {
      const sorted = words.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      expect([...inOrder(words, (word) => word)]).toEqual(sorted);
    }),
  );
});
