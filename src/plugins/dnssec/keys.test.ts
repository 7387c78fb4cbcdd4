import { join } from "node:path";
import { expect, test } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { writeKeyFiles } from "../../testing/dnssec-keys.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import { asked, folder, start, zone } from "./dnssec.cases.ts";
import { Dnssec } from "./dnssec.ts";
import { parseDnssec } from "./parse.ts";

test("keys are told to everybody, and signed for those who ask for it", async () => {
  const one = await start([await writeKeyFiles(folder)]);
  const plain = await ask(one, testQuery("example.org.", "DNSKEY"), passedOn);
  expect(plain).toMatchObject({
    flags: "AA",
    answer: [expect.stringMatching(/^example\.org\. 3600 IN DNSKEY 256 3 13 /)],
  });
  expect(await asked(one, "example.org.", "DNSKEY", passedOn)).toMatchObject({
    answer: [expect.stringContaining("DNSKEY 256 3 13"), "@ 3600 RRSIG DNSKEY 2 3600 @"],
  });
  const { authority } = await asked(one, "www.example.org.", "DNSKEY");
  expect(authority[2]).toMatch(/^www\.@ 300 NSEC /);
});

test("of both kinds of keys, one signs the keys and the other all else", async () => {
  const keys = [
    await writeKeyFiles(folder, { flags: 257 }),
    await writeKeyFiles(folder, { flags: 256, algorithm: 15 }),
  ];
  const one = await start(keys);
  const told = async (name: string, type: string): Promise<(string | undefined)[]> => {
    const { answer } = await ask(one, testQuery(name, type, { do: true }), zone);
    return answer.map((text) => /RRSIG \S+ (\d+)/.exec(text)?.[1]).filter(Boolean);
  };
  expect(await told("example.org.", "DNSKEY")).toEqual(["13"]);
  expect(await told("www.example.org.", "A")).toEqual(["15"]);
});

test("of one kind of keys, each signs all", async () => {
  const keys = [await writeKeyFiles(folder), await writeKeyFiles(folder, { algorithm: 15 })];
  const one = await start([...keys, `${keys[0]}.key`]);
  const { answer } = await ask(one, testQuery("example.org.", "DNSKEY", { do: true }), zone);
  expect(answer.map((text) => /(DNSKEY \d+ 3|RRSIG \S+) (\d+)/.exec(text)?.[0])).toEqual([
    "DNSKEY 256 3 13",
    "DNSKEY 256 3 15",
    "RRSIG DNSKEY 13",
    "RRSIG DNSKEY 15",
  ]);
});

test.each([
  ["dnssec", /missing property "key"/],
  ["dnssec {\nkey file\n}", /missing argument: "key" takes 2 or more arguments, found 1/],
  ["dnssec {\nkey aws_secretsmanager name\n}", /Corefile:3: .*"aws_secretsmanager" is not built/],
  ["dnssec {\nkey vault name\n}", /unknown value "vault"/],
  ["dnssec {\nkey file K\ncache_capacity 0\n}", /less than 1/],
])("%j is refused", (text, message) => {
  expect(() => parseDnssec(testDirective(text))).toThrow(message);
});

test("a key that cannot be read, or is of another zone, is an error at its word", async () => {
  await expect(start([join(folder, "K")])).rejects.toThrow(/Corefile:3: .*no such file/);
  const foreign = await writeKeyFiles(folder, { owner: "example.net." });
  await expect(start([foreign])).rejects.toThrow(/Corefile:3: .*of zone "example.net."/);
  const below = await writeKeyFiles(folder, { owner: "org." });
  expect(await start([below])).toBeInstanceOf(Dnssec);
});
