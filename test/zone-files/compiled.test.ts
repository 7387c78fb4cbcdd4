import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Name } from "../../src/dns/name.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { rdataVectors } from "../../src/dns/rdata/rdata.cases.ts";
import type { ResourceRecord } from "../../src/dns/resource-record.ts";
import { readZoneFile } from "../../src/zone/file/read-zone-file.ts";
import { parseZoneText } from "../../src/zone/file/zone-text.ts";
import { isMissing } from "../installed.ts";
import { brokenRdata } from "./broken-rdata.ts";
import { brokenStructure } from "./broken-structure.ts";
import { brokenText } from "./broken-text.ts";
import { ORIGIN, writeCase } from "./judges.ts";
import verdicts from "./verdicts.json" with { type: "json" };
import { HEAD } from "./zone-file-case.ts";

const origin = Name.parse(ORIGIN);
/** Of types that BIND takes from no zone file, or at the apex only. */
const NOT_COMPILED: ReadonlySet<string> = new Set(["MD", "MF", "SOA"]);
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "compiled-"));
});

afterAll(() => rm(folder, { recursive: true }));

/** The records of a file as BIND has them; undefined if it refuses it. */
function compiled(path: string): string[] | undefined {
  const modes = [
    "-k",
    "ignore",
    "-i",
    "none",
    "-n",
    "ignore",
    "-f",
    "text",
    "-F",
    "text",
    "-o",
    "-",
  ];
  const { status, stdout } = spawnSync("named-compilezone", ["-q", ...modes, ORIGIN, path], {
    encoding: "utf8",
    // What is included is looked for from here.
    cwd: dirname(path),
  });
  return status === 0 ? textsOf(parseZoneText(stdout, { file: "BIND's" })) : undefined;
}

function textsOf(records: Iterable<ResourceRecord>): string[] {
  const texts = Array.from(records, (record) =>
    formatRecord(record.withOwner(Name.fromWire(record.owner.key))),
  );
  return texts.toSorted();
}

async function read(path: string): Promise<string[]> {
  const { data } = await readZoneFile(path, origin);
  return textsOf(data.freeze().records());
}

describe.skipIf(isMissing("named-compilezone", "REQUIRE_DNS_SERVERS"))("named-compilezone", () => {
  it("has the same records of all types", async () => {
    const vectors = rdataVectors.filter(([type]) => !NOT_COMPILED.has(type));
    const lines = vectors.map(([type, text], i) => `r${i} ${type} ${text}\n`);
    const path = writeCase({ text: HEAD + lines.join("") }, join(folder, "types"));
    const theirs = compiled(path);
    expect(theirs?.length).toBe(vectors.length + 3);
    expect(await read(path)).toEqual(theirs);
  });

  const accepted = Object.entries({ ...brokenStructure, ...brokenRdata, ...brokenText }).filter(
    ([name]) => Object.entries(verdicts).some(([known, by]) => known === name && by === "nobody"),
  );

  it.each(accepted)("has the same records of an odd file: %s", async (_, one) => {
    const path = writeCase(one, join(folder, "odd"));
    expect(await read(path)).toEqual(compiled(path));
  });
});
