import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { unifiedDiff } from "./unified-diff.ts";

it("shows what changed with the lines around it", () => {
  const before = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n";
  const after = "a\nb\nc\nd\nE\nf\ng\nh\ni\nj\nk";
  expect(unifiedDiff("x", before, after)).toBe(
    [
      "--- x\n+++ x\n@@ -2,10 +2,10 @@\n b\n c\n d\n-e\n+E\n f\n g\n h\n i\n j\n-k\n+k\n",
      "\\ No newline at end of file\n",
    ].join(""),
  );
  expect(unifiedDiff("x", before, before)).toBe("");
});

it.runIf(spawnSync("patch", ["--version"]).status === 0)("is what patch can apply", () => {
  const folder = mkdtempSync(join(tmpdir(), "portolan-diff-"));
  const path = join(folder, "x");
  const text = fc
    .array(fc.constantFrom("a\n", "b\n", "}\n", "\n", "c d\n"), { maxLength: 30 })
    .map((lines) => lines.join(""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      writeFileSync(path, before);
      const input = unifiedDiff("x", before, after);
      if (input === "") return;
      execFileSync("patch", ["-s", path], { input });
      expect(readFileSync(path, { encoding: "utf8", flag: "a+" })).toBe(after);
    }),
    { numRuns: 40 },
  );
  rmSync(folder, { recursive: true });
});
