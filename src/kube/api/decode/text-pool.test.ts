import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PortPool } from "./port-pool.ts";
import { TextPool } from "./text-pool.ts";

const texts = fc.array(
  fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 70 }),
    fc.constantFrom("a", "ab", "tcp", "udp", "é"),
  ),
);

describe("a pool of texts", () => {
  it("gives what it is asked for, whatever it was asked before", () => {
    const pool = new TextPool();
    const property = fc.property(texts, (given) => {
      for (const text of given) {
        const octets = Buffer.from(`>${text}<`);
        expect(pool.fromOctets(octets, 1, octets.length - 1)).toBe(text.toWellFormed());
        expect(pool.share(text)).toBe(text);
      }
    });
    fc.assert(property, { numRuns: 300 });
  });
});

describe("a pool of lists of ports", () => {
  const port = fc.record({
    name: fc.constantFrom("", "http", "https", "dns"),
    port: fc.constantFrom(53, 80, 443),
    protocol: fc.constantFrom("tcp", "udp"),
  });

  it("gives an equal list, and one for all that are equal", () => {
    const pool = new PortPool();
    const property = fc.property(fc.array(port, { maxLength: 3 }), (ports) => {
      const copy = ports.map((each) => ({ ...each }));
      const shared = pool.share(ports);
      expect(shared).toEqual(copy);
      expect(pool.share(copy)).toBe(shared);
    });
    fc.assert(property);
  });
});
