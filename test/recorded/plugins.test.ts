import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { DifferenceList, pluginDifferences } from "./deliberate-differences.ts";
import { startZoneUpstream } from "../../src/testing/zone-upstream.ts";
import type { RecordedSet } from "./run-set.ts";
import { askAll, runSet } from "./run-set.ts";

const DATA = join(import.meta.dirname, "data");

/** Sets whose plugins are built. */
const SETS = [
  "whoami",
  "no-plugin",
  "hosts-file",
  "hosts-inline",
  "forward",
  "forward-except",
  "cache",
  "cache-options",
  "rewrite-name",
  "rewrite-types",
  "rewrite-edns-rcode",
  "template",
  "view",
  "server-blocks",
  "dns64",
  "dns64-all",
  "loadbalance-log-errors",
  "acl",
  "any-minimal",
  "chaos-nsid",
  "bufsize-header",
  "local",
  "erratic",
  "file-zone",
  "transfer",
  "transfer-refused",
  "wire",
];

const differences = new DifferenceList(pluginDifferences);
const zone = await readFile(join(DATA, "example.net.zone"), "utf8");
const recorded = await readSets();

async function readSets(): Promise<Map<string, RecordedSet>> {
  const text = await readFile(join(DATA, "plugin-answers.json"), "utf8");
  const sets: Omit<RecordedSet, "detail">[] = JSON.parse(text);
  return new Map(sets.map((set) => [set.name, { ...set, detail: "all" }]));
}

describe("questions to plugins are answered as CoreDNS 1.15.0 does", () => {
  it.each(SETS)("in the set %s", async (name) => {
    const set = recorded.get(name);
    expect(set).toBeDefined();
    if (!set) return;
    expect(await runSet(set, zone, { "{{DIR}}": DATA }, differences)).toEqual([]);
  });

  it("by the upstream of these tests, in the set file-zone", async () => {
    const { cases = [], ...set } = recorded.get("file-zone") ?? {};
    // To names outside of its zone the recorder's upstream had a root zone to say something.
    const inZone = cases.filter(({ q }) => q.includes("example.net "));
    const upstream = await startZoneUpstream(zone);
    const whole: RecordedSet = {
      name: "file-zone",
      corefile: "",
      detail: "all",
      ...set,
      cases: inZone,
    };
    const mismatches = await askAll(whole, upstream.port, differences);
    await upstream.close();
    expect(mismatches).toEqual([]);
    expect(inZone.length).toBeGreaterThan(30);
  });

  it("except for the deliberate differences, each of which still is one", () => {
    expect(differences.unused()).toEqual([]);
  });
});
