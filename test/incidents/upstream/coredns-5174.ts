import { expect } from "vitest";
import type { Incident } from "../incident.ts";

const NAMES = 500;

export const incident: Incident = {
  advisory: "CoreDNS #5174",
  rule: "What is kept is found by the whole name, not by a hash of it.",
  corefile: "cache\nforward . UPSTREAM",
  async play({ ask, exchange }) {
    // Names that differ in one bit, by where a label ends, and by a dot inside of a label.
    const alike = [
      "a.b.test.",
      "ab.test.",
      String.raw`a\.b.test.`,
      "a.btest.",
      "q.b.test.",
      "a.b.test.test.",
    ];
    const names = [...alike, ...Array.from({ length: NAMES }, (_, i) => `n${i.toString(2)}.test.`)];
    for (const [i, name] of names.entries()) {
      const answer = [`${name} 600 IN A 10.0.${i >> 8}.${i & 255}`];
      expect(await exchange(`${name} A`, { answer })).toBe(`NOERROR ${answer[0]}`);
    }
    for (const [i, name] of names.entries()) {
      expect(await ask(`${name} A`).said()).toBe(
        `NOERROR ${name} 600 IN A 10.0.${i >> 8}.${i & 255}`,
      );
    }
  },
};
