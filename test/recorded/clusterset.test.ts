import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { clustersetDifferences, DifferenceList } from "./deliberate-differences.ts";
import type { RecordedAnswer } from "./recorded-answer.ts";
import type { RecordedSet } from "./run-set.ts";
import { runSet } from "./run-set.ts";

const DATA = join(import.meta.dirname, "data");

type RecordedSets = Record<
  string,
  { corefile: string; cases: (RecordedAnswer & { q: string[] })[] }
>;

const differences = new DifferenceList(clustersetDifferences);
const zone = await readFile(join(DATA, "example.net.zone"), "utf8");
const recorded: RecordedSets = JSON.parse(
  await readFile(join(DATA, "clusterset-answers.json"), "utf8"),
);
const placeholders = { "kubeconfig {{KUBECONFIG}}": `manifests ${join(DATA, "clusterset.yaml")}` };

describe("questions about a cluster set and topology zones are answered as CoreDNS 1.15.0 does", () => {
  it.each(["multicluster", "multicluster_options"])("in the set %s", async (name) => {
    const { corefile = "", cases = [] } = recorded[name] ?? {};
    expect(cases).not.toEqual([]);
    const lines = cases.map(({ q, ...answer }) => ({ ...answer, q: q.join(" ") }));
    const set: RecordedSet = { name, corefile, cases: lines, detail: "cluster" };
    expect(await runSet(set, zone, placeholders, differences)).toEqual([]);
  });

  it("except for the deliberate differences, each of which still is one", () => {
    expect(differences.unused()).toEqual([]);
  });
});
