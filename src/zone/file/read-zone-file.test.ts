import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import type { Entry } from "../../dns/tokenizer.ts";
import { TokenError, tokenize } from "../../dns/tokenizer.ts";
import { EntryCutter } from "./entry-cutter.ts";
import type { ReadZone } from "./read-zone-file.ts";
import { readZoneFile } from "./read-zone-file.ts";

const HEAD = "$TTL 300\n@ SOA ns host 1 1 1 1 60\n@ NS ns.example.net.\n";
let folder = "";

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "zone-"));
});

afterEach(() => rm(folder, { recursive: true }));

async function read(text: string, more: Record<string, string> = {}): Promise<ReadZone> {
  for (const [name, content] of Object.entries({ ...more, db: text })) {
    await writeFile(join(folder, name), content);
  }
  return readZoneFile(join(folder, "db"), Name.parse("example.org."));
}

/** Without those of `HEAD`. */
function textsOf({ data }: ReadZone): string[] {
  return [...data.freeze().records()].map(formatRecord).slice(2);
}

describe("a zone file", () => {
  it.each([0, 10, 200, 1_000_000])(
    "is read to its end, whether it had %d octets when it was looked at or not",
    async (octets) => {
      const path = join(folder, "db");
      await writeFile(
        path,
        `${HEAD}${"host A 192.0.2.1 ; comment\n".repeat(10)}last A 192.0.2.2\n`,
      );
      const zone = await readZoneFile(path, Name.parse("example.org."), octets);
      expect(textsOf(zone).at(-1)).toBe("last.example.org. 300 IN A 192.0.2.2");
    },
  );

  it("may be of any size, cut wherever reads cut it", async () => {
    const hosts = Array.from({ length: 5_000 }, (_, i) => `h${i} A 192.0.2.${i % 256} ; ( "`);
    const zone = await read(`${HEAD}${hosts.join("\n")}\nlast TXT (\n"a\\"b"\n"c" )`);
    expect(zone.data.records).toBe(5_003);
    expect(textsOf(zone).at(-1)).toBe('last.example.org. 300 IN TXT "a\\"b" "c"');
  });

  it("includes others, which have an origin of their own and change none here", async () => {
    const inner = "a A 192.0.2.1\n$ORIGIN elsewhere.example.org.\nb A 192.0.2.2\n";
    const text = `${HEAD}x A 192.0.2.9\n$INCLUDE inner sub\n A 192.0.2.8\n$INCLUDE inner\nc A 192.0.2.3\n`;
    expect(textsOf(await read(text, { inner }))).toEqual([
      "x.example.org. 300 IN A 192.0.2.9",
      "x.example.org. 300 IN A 192.0.2.8",
      "a.sub.example.org. 300 IN A 192.0.2.1",
      "b.elsewhere.example.org. 300 IN A 192.0.2.2",
      "a.example.org. 300 IN A 192.0.2.1",
      "c.example.org. 300 IN A 192.0.2.3",
    ]);
  });

  it("generates records as BIND does", async () => {
    const text = `${HEAD}$GENERATE 1-3/2 h$ A 192.0.2.$
$GENERATE 9-10 \${1,4,x}.p 60 IN PTR h-\${-9,2,d}.\\$x
$GENERATE 171-171 \${0,3,n} TXT "$"
`;
    expect(textsOf(await read(text))).toEqual([
      "h1.example.org. 300 IN A 192.0.2.1",
      "h3.example.org. 300 IN A 192.0.2.3",
      "000a.p.example.org. 60 IN PTR h-00.\\$x.example.org.",
      "000b.p.example.org. 60 IN PTR h-01.\\$x.example.org.",
      'b.a.example.org. 300 IN TXT "171"',
    ]);
  });

  it("leaves out what is not within the zone, with a warning", async () => {
    const zone = await read(`${HEAD}www.example.com. A 192.0.2.1\n`);
    expect(textsOf(zone)).toEqual([]);
    expect(zone.warnings).toEqual(['"www.example.com." is not within the zone: left out']);
  });

  it("of which many things are odd is told of a hundred times", async () => {
    const lines = Array.from({ length: 300 }, (_, i) => `h${i}. A 192.0.2.1\n`);
    const { warnings } = await read(HEAD + lines.join(""));
    expect(warnings.length).toBe(101);
    expect(warnings.at(-1)).toBe("200 more warnings");
  });

  it.each([
    [
      "a word that is wrong",
      "a A 192.0.2.256",
      /db:4:5: Cannot parse record: expected an IPv4 address/,
    ],
    ["a quote that is not closed", 'a TXT "x', /db:4:7: Cannot read line: quote is not closed/],
    ["another class", "a CH TXT x", /db:4:10: Cannot read zone: a record of class CH/],
    [
      "data beside an alias",
      "a CNAME b\na A 192.0.2.1",
      /db:5:1: a\.example\.org\.: CNAME beside A/,
    ],
    [
      "two aliases of one name",
      "a CNAME b\na CNAME c",
      /db:5:1: .*2 CNAME records, where there can be one/,
    ],
    ["two SOA records", "@ SOA ns host 2 1 1 1 60", /db:4:1: .*2 SOA records/],
    ["a SOA record elsewhere", "a SOA ns host 2 1 1 1 60", /db:4:1: .*not at the apex/],
    [
      "a digest that is cut off",
      "b A 192.0.2.1\na NS b\na DS 1 13 2 0102",
      /db:6:1: .*a digest of 2 octets, where type 2 has 32/,
    ],
    [
      "records below an alias of all",
      "x.a A 192.0.2.1\na DNAME b.example.",
      /db:4:1: a\.example\.org\.: a DNAME record with records below it/,
    ],
    [
      "a server that is an alias",
      "@ NS a\na CNAME b",
      /db:4:1: .*NS leads to "a\.example\.org\.", an alias/,
    ],
    [
      "an entry that never ends",
      `a TXT ( ${"x ".repeat(300_000)}`,
      /an entry of over 524288 characters/,
    ],
    ["a file that is not there", "$INCLUDE nothing", /db:4:10: Cannot include "nothing": ENOENT/],
    [
      "a file that includes itself",
      "$INCLUDE db",
      /Cannot include "db": over 8 files in one another/,
    ],
    ["a file outside", "$INCLUDE /etc/hostname", /Cannot include "\/etc\/hostname": it is outside/],
    ["a number below 0", "$GENERATE 1-1 a${-2} A 192.0.2.1", /makes a number below 0/],
    ["a directive that is made", "$GENERATE 1-1 $TTL 1 2", /Cannot parse|makes no record/],
  ])("is refused for %s", async (_, text, message) => {
    await expect(read(`${HEAD}${text}\n`)).rejects.toThrow(message);
  });

  it("is refused without SOA, without NS, or if it is none", async () => {
    await expect(read("$TTL 1\n@ NS ns\n")).rejects.toThrow("there is no SOA record");
    await expect(read("$TTL 1\n@ SOA ns host 1 1 1 1 60\n")).rejects.toThrow(
      "db:2:1: example.org.: the apex has no NS record",
    );
    await expect(read("\u0000\u0001\u0002")).rejects.toThrow(/db:1:1: /);
  });

  it("names the file that the wrong record is in, if it was included", async () => {
    const inner = "x A 192.0.2.1\n  CNAME y\n";
    await expect(read(`${HEAD}$INCLUDE inner\n`, { inner })).rejects.toThrow(
      /inner:2:3: x\.example\.org\.: CNAME beside A/,
    );
  });

  it("is served with what is merely odd, and a warning", async () => {
    const odd = `a 4294967295 A 192.0.2.1
@ DS 1 13 2 ${"0".repeat(64)}
b DS 1 13 2 ${"0".repeat(64)}
* NS a
c NS nobody
d MX 10 e
e CNAME a
f SRV 0 0 1 nobody
g MX 0 .
`;
    const { warnings } = await read(HEAD + odd);
    expect(warnings).toEqual([
      "line 4: TTL 4294967295 is over 2147483647 seconds: 0 counts",
      "example.org.: a DS record at the apex, where nobody asks",
      "b.example.org.: DS without NS",
      "*.example.org.: NS at a wildcard",
      'c.example.org.: NS leads to "nobody.example.org.", which has no address',
      'd.example.org.: MX leads to "e.example.org.", an alias',
      'f.example.org.: SRV leads to "nobody.example.org.", which has no address',
    ]);
  });

  it("includes nothing that a link leads to outside", async () => {
    await mkdir(join(folder, "zones"));
    await writeFile(join(folder, "secret"), "a A 192.0.2.1\n");
    await symlink(join(folder, "secret"), join(folder, "zones/link"));
    await writeFile(join(folder, "zones/db"), `${HEAD}$INCLUDE link\n`);
    const zone = readZoneFile(join(folder, "zones/db"), Name.parse("example.org."));
    await expect(zone).rejects.toThrow('Cannot include "link": it is outside of the folder');
  });
});

it("entries are the same, wherever the text is cut", () => {
  const piece = fc.constantFrom(
    "a",
    " ",
    "\n",
    "(",
    ")",
    '"',
    ";",
    "\\",
    "\\\n",
    "b c",
    "\t",
    '"x y"',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(60)), (pieces, cuts) => {
      const text = pieces.join("");
      expect(outcome(() => inChunks(text, cuts))).toEqual(outcome(() => inLines(text)));
    }),
  );
});

function* chunksOf(text: string, cuts: readonly number[]): Generator<string> {
  const places = [0, ...cuts.toSorted((a, b) => a - b), text.length];
  for (let i = 1; i < places.length; i++) yield text.slice(places[i - 1], places[i]);
}

/** All at once; quotes have to end in their line. */
function inLines(text: string): Entry[] {
  const entries = [...tokenize(text)];
  if (entries.some(({ tokens }) => tokens.some((token) => token.text.includes("\n"))))
    throw new TokenError("", { line: 1, column: 1 });
  return entries;
}

function inChunks(text: string, cuts: readonly number[]): unknown[] {
  const cutter = new EntryCutter();
  const entries = [...chunksOf(text, cuts)].flatMap((chunk) => [...cutter.push(chunk)]);
  return [...entries, ...cutter.end()];
}

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.constructor.name : error;
  }
}
