import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Name } from "../../dns/name.ts";
import type { TsigKeys } from "../../server/contract/tsig-keys.ts";
import { tsigKeys } from "../../server/contract/tsig-keys.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { parseTsig } from "./parse.ts";
import { readKeyFile } from "./key-file.ts";
import { SECRET } from "./signed-exchange.cases.ts";
import { Tsig } from "./tsig.ts";

function parse(body: string): ReturnType<typeof parseTsig> {
  return parseTsig(testDirective(`tsig {\n${body}\n}`));
}

describe("a directive", () => {
  test("has keys, by name in whatever case", () => {
    const { keys } = parse(`secret Key.Example. ${SECRET}\nsecret other ${SECRET} hmac-sha512`);
    expect(keys.get(Name.parse("key.example.").key)?.configured).toBeUndefined();
    expect(keys.get(Name.parse("other.").key)?.configured?.macOctets).toBe(64);
  });

  test("says what has to be signed; several lines add up", () => {
    const options = parse("require AXFR ixfr\nrequire none\nrequire TXT\nrequire_opcode all");
    expect([...options.types.values]).toEqual([252, 251, 16]);
    expect(options).toMatchObject({ types: { isAll: false }, opcodes: { isAll: true } });
  });

  test.each([
    [`secret k ${SECRET}\nsecret K ${SECRET}`, 'Corefile:4: plugin/tsig: key "K" is there twice'],
    ["secret k bad!", 'Corefile:3: plugin/tsig: bad secret of key "k": it is not base64'],
    [`secret a..b ${SECRET}`, 'bad name of a key "a..b"'],
    [`secret k ${SECRET} sha256`, 'unknown algorithm "sha256": known are hmac-md5, hmac-sha1, '],
    ["secret k", '"secret" takes 2 to 3 arguments'],
    ["require NOTYPE", 'unknown type "NOTYPE"'],
    ["require", '"require" takes 1 or more arguments'],
    ["require_opcode NOTFY", 'unknown opcode "NOTFY": did you mean "NOTIFY"?'],
    ["require_opcode all QUERY", 'unknown opcode "all"'],
  ])("that is wrong is told: %s", (body, message) => {
    expect(() => parse(body)).toThrow(message);
  });
});

describe("a file of keys", () => {
  const entry = `key "k.example." { algorithm hmac-sha256; secret "${SECRET}"; };`;

  test("is as BIND writes it, on one line or many, with comments", () => {
    const text = `// one\n# two\n/* and\n three */ ${entry}\nkey b.\n{\n secret ${SECRET}\n}\n`;
    const keys = readKeyFile(text, "keys");
    expect(keys.map(({ name }) => name.toString())).toEqual(["k.example.", "b."]);
    expect(keys.map(({ configured }) => configured?.macOctets)).toEqual([32, undefined]);
  });

  test.each([
    [`${entry}\n${entry}`, 'keys:2: plugin/tsig: key "k.example." is there twice'],
    ["\nzone x {}", 'keys:2: plugin/tsig: expected "key" and a name'],
    ['/*\n\n*/ key "k" { algorithm hmac-sha256; };', 'keys:3: plugin/tsig: key "k" has no secret'],
    ['key "k" {\n algorithm md6;', 'keys:2: plugin/tsig: unknown algorithm "md6"'],
    ['key "k" {\n secret "?";', 'keys:2: plugin/tsig: bad secret of key "k": it is not base64'],
    ['key "k" {\n secert "?";', 'unknown property of key "k": known are algorithm, secret'],
    ['key "k" {', "expected }, found the end of the file"],
    ['key "k" secret', 'expected "{" behind the name of key "k"'],
    ['key "a..b" {', 'bad name of a key "a..b"'],
  ])("that is wrong is told: %s", (text, message) => {
    expect(() => readKeyFile(text, "keys")).toThrow(message);
  });
});

describe("the keys of a server block", () => {
  let folder = "";
  beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), "tsig-"))));
  afterEach(() => rm(folder, { recursive: true }));

  async function start(body: string): Promise<TsigKeys | undefined> {
    const one = new Tsig(parse(body), testContext());
    await one.start();
    return tsigKeys.among(one.offers)[0];
  }

  test("are those of the directive and of its files, for others who ask", async () => {
    const path = join(folder, "keys.conf");
    await writeFile(path, `key filed { secret "${SECRET}"; };`);
    const keys = await start(`secret written ${SECRET}\nsecrets ${path}`);
    expect(keys?.find(Name.parse("FILED."))?.name.toString()).toBe("filed.");
    expect(keys?.find(Name.parse("written."))?.name.toString()).toBe("written.");
    expect(keys?.find(Name.parse("unknown."))).toBeUndefined();
  });

  test("are nowhere twice, and their files there", async () => {
    const path = join(folder, "keys.conf");
    await expect(start(`secrets ${path}`)).rejects.toThrow(
      `Corefile:3: plugin/tsig: cannot read "${path}": no such file or folder`,
    );
    await writeFile(path, `key k { secret "${SECRET}"; };`);
    await expect(start(`secret K ${SECRET}\nsecrets ${path}`)).rejects.toThrow(
      'Corefile:4: plugin/tsig: key "k." is there twice',
    );
  });
});
