import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Incident } from "./incident.ts";
import { openBench } from "./open-bench.ts";

const FOLDER = join(import.meta.dirname, "upstream");

const files = (await readdir(FOLDER)).toSorted();
const incidents = await Promise.all(
  files.map(async (file) => {
    const { incident } = (await import(join(FOLDER, file))) as { incident: Incident };
    return { file, ...incident };
  }),
);

describe("what went wrong elsewhere goes well here", () => {
  it.each(incidents)("$advisory: $rule", async (incident) => {
    const { bench, close } = await openBench(incident);
    try {
      await expect(incident.play(bench)).resolves.toBeUndefined();
    } finally {
      await close();
    }
  });

  it("is found in files named after their advisories", () => {
    const names = incidents.map(
      ({ advisory }) => `${advisory.toLowerCase().replace(" #", "-")}.ts`,
    );
    expect(names).toEqual(files);
  });
});
