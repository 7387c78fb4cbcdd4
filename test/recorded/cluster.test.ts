import { readFile } from "node:fs/promises";
import type * as os from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { clusterDifferences, DifferenceList, RECORDED_MACHINE } from "./deliberate-differences.ts";
import type { RecordedAnswer } from "./recorded-answer.ts";
import type { RecordedSet } from "./run-set.ts";
import { runSet } from "./run-set.ts";

// NS records tell of the machine, and the tests run on others too.
vi.mock("node:os", async (importOriginal) => ({
  ...(await importOriginal<typeof os>()),
  networkInterfaces: () =>
    Object.fromEntries(
      Object.entries(RECORDED_MACHINE).map(([name, addresses]) => [
        name,
        addresses.map((address) => ({
          address,
          family: address.includes(":") ? "IPv6" : "IPv4",
        })),
      ]),
    ),
}));

const DATA = join(import.meta.dirname, "data");

/** Sets whose plugins are built. */
const SETS = [
  "default",
  "bare",
  "verified",
  "endpoint_pod_names",
  "noendpoints",
  "namespaces",
  "fallthrough_all",
  "autopath",
  "external",
  "transfer",
];

/** As they are in the file: a question is a name and a type. */
type RecordedSets = Record<
  string,
  { corefile: string; cases: (RecordedAnswer & { q: [string, string] })[] }
>;

const differences = new DifferenceList(clusterDifferences);
const zone = await readFile(join(DATA, "example.net.zone"), "utf8");
const recorded: RecordedSets = JSON.parse(
  await readFile(join(DATA, "cluster-answers.json"), "utf8"),
);
/** Manifests in place of an API server: the answers are the same. */
const placeholders = { "kubeconfig {{KUBECONFIG}}": `manifests ${join(DATA, "harbor.yaml")}` };

describe("questions about a cluster are answered as CoreDNS 1.15.0 does", () => {
  it.each(SETS)("in the set %s", async (name) => {
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
