import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Name } from "../../src/dns/name.ts";
import { readZoneFile } from "../../src/zone/file/read-zone-file.ts";
import { ZoneFileError } from "../../src/zone/file/zone-file-error.ts";
import { brokenRdata } from "./broken-rdata.ts";
import { brokenStructure } from "./broken-structure.ts";
import { brokenText } from "./broken-text.ts";
import { exceptions } from "./exceptions.ts";
import type { Verdict } from "./judges.ts";
import { ORIGIN, judge, writeCase } from "./judges.ts";

const cases = Object.entries({ ...brokenStructure, ...brokenRdata, ...brokenText });
const RECORDED = join(import.meta.dirname, "verdicts.json");
/** Half a minute of other programs, for what changes when Debian's packages do. */
const areServersRequired = process.env.REQUIRE_DNS_SERVERS === "1";

let folder = "";
let recorded: Record<string, string> = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "zone-files-"));
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the file beside
  recorded = JSON.parse(await readFile(RECORDED, "utf8")) as Record<string, string>;
});

afterAll(() => rm(folder, { recursive: true }));

/** Who refuses, as the record has it. */
function textOf({ bind, knot, nsd }: Verdict): string {
  const names = [bind && "BIND", knot && "Knot", nsd && "NSD"].filter((name) => name !== false);
  return names.length === 0 ? "nobody" : names.join(", ");
}

describe("a zone file that is broken or odd", () => {
  it("has a verdict, and none is recorded of what is no case", () => {
    expect(Object.keys(recorded).toSorted()).toEqual(cases.map(([name]) => name).toSorted());
    expect(cases.length).toBeGreaterThan(200);
  });

  it.each(cases)(
    "is refused with its line where two of BIND, Knot and NSD do: %s",
    async (name, one) => {
      const path = writeCase(one, join(folder, "ours"));
      const read = readZoneFile(path, Name.parse(ORIGIN));
      const isRefused = await read.then(
        () => false,
        (error: unknown) => {
          expect(error).toBeInstanceOf(ZoneFileError);
          return true;
        },
      );
      const isRefusedByTwo = (recorded[name] ?? "").includes(",");
      expect(isRefused).toBe(name in exceptions ? !isRefusedByTwo : isRefusedByTwo);
    },
  );

  it("has a reason where two of three are not followed, and a case", () => {
    const names = new Set(cases.map(([name]) => name));
    expect(Object.keys(exceptions).filter((name) => !names.has(name))).toEqual([]);
  });

  // Written anew with `REQUIRE_DNS_SERVERS=1 npx vitest run test/zone-files --update`.
  it.runIf(areServersRequired)(
    "has the verdicts that the three give today",
    { timeout: 600_000 },
    async () => {
      const verdicts = cases.map(([name, one], i) => {
        const own = join(folder, `judged-${i}`);
        writeCase(one, own);
        return [name, textOf(judge(own))] as const;
      });
      const text = `${JSON.stringify(Object.fromEntries(verdicts), undefined, 2)}\n`;
      await expect(text).toMatchFileSnapshot(RECORDED);
    },
  );
});
