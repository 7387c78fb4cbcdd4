import { expect, it } from "vitest";
import type { Explanation } from "./explanation.ts";
import { formatText } from "./format-text.ts";

const EXPLANATION: Explanation = {
  version: 1,
  asked: {
    name: "web",
    types: ["A"],
    namespace: "shop",
    address: "127.0.0.1",
    search: ["shop.svc.cluster.local."],
    ndots: 5,
    assumed: ["Something is assumed."],
  },
  lookups: [
    {
      name: `${"a".repeat(63)}.${"b".repeat(63)}.`,
      suffix: null,
      answers: [
        {
          type: "A",
          rcode: "NXDOMAIN",
          reason: "no-service",
          failure: null,
          isAnswered: false,
          records: [],
          ttlSeconds: null,
          deniedForSeconds: null,
          wasTruncated: false,
          tookUs: 1_234,
          block: { at: "Corefile:1", view: "inside" },
          steps: [
            {
              plugin: "cache",
              at: "Corefile:2",
              depth: 0,
              notes: ["no entry"],
              facts: [],
              outcome: "NXDOMAIN",
            },
            { plugin: "forward", at: "Corefile:3", depth: 1, notes: [], facts: [], outcome: null },
          ],
          passedOver: [],
          pastCache: null,
        },
      ],
    },
  ],
  targets: [],
  queries: 1,
  verdict: {
    code: "no-service",
    level: "failing",
    sentence: `Namespace "shop" has no Service "web": did you mean "${"w".repeat(60)}"?`,
    evidence: ["one", "two"],
    next: [{ why: "why", command: `kubectl ${"x".repeat(100)}` }],
    unseen: [],
  },
  routes: null,
};

const PLAIN = { colour: false, width: 80 };

it("keeps to 80 columns, but for commands, which are copied", () => {
  const text = formatText(EXPLANATION, PLAIN);
  const long = text.split("\n").filter((line) => line.length > 80);
  expect(long).toEqual([`    kubectl ${"x".repeat(100)}`]);
});

it("says each step, and which has not answered", () => {
  const text = formatText(EXPLANATION, PLAIN);
  expect(text).toContain("A NXDOMAIN, no-service (block Corefile:1, view inside, 1.2 ms)");
  expect(text).toContain("      cache   :2  no entry\n");
  expect(text).toContain("      forward :3  has not answered\n");
  expect(text.startsWith("failing [no-service]\n")).toBe(true);
});

it("has colours only where it is told to", () => {
  expect(formatText(EXPLANATION, PLAIN)).not.toContain("\u001b");
  expect(formatText(EXPLANATION, { colour: true, width: 80 })).toContain(
    "\u001b[1;31mfailing [no-service]\u001b[0m\n",
  );
});

it("paints no indent, and nothing beyond the end of a line", () => {
  const lines = formatText(EXPLANATION, { colour: true, width: 80 }).split("\n");
  for (const line of lines) {
    const painted = line.split("\u001b");
    expect(painted.length === 1 || painted[0]?.trim() === "").toBe(true);
    expect(painted[2] ?? "[0m").toBe("[0m");
  }
});

it("fills a wider terminal", () => {
  const lines = formatText(EXPLANATION, { colour: false, width: 120 }).split("\n");
  expect(lines.filter((line) => line.startsWith("Namespace"))).toHaveLength(1);
  expect(
    Math.max(...lines.filter((line) => !line.includes("kubectl")).map((line) => line.length)),
  ).toBeGreaterThan(80);
});
