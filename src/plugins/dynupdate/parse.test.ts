import { expect, test } from "vitest";
import { testContext, testDirective } from "../../testing/context.ts";
import { Dynupdate } from "./dynupdate.ts";
import { parseDynupdate } from "./parse.ts";

const ALLOW = "allow k. * *";

test("what is not written has CoreDNS's defaults", () => {
  const { zone, seed, database, rules, maxRecords } = parseDynupdate(
    testDirective("dynupdate {\nfile db\nallow K. @ TXT any TYPE65280\n}"),
  );
  expect({ zone, seed, database, maxRecords }).toEqual({ seed: "db" });
  expect(rules.map(({ owner, types }) => [owner, [...(types ?? [])]])).toEqual([
    ["apex", [16, 255, 65_280]],
  ]);
});

test.each([
  [`dynupdate {\n${ALLOW}\n}`, `Corefile:2: plugin/dynupdate: "file" is required`],
  ["dynupdate {\nfile db\n}", `Corefile:2: plugin/dynupdate: "allow" is required`],
  [`dynupdate a. b. {\nfile db\n${ALLOW}\n}`, `unexpected argument "b."`],
  [`dynupdate 10.0.0.0/23 {\nfile db\n${ALLOW}\n}`, `"10.0.0.0/23" is more than one zone`],
  [
    `dynupdate {\nfile db\nfile db\n${ALLOW}\n}`,
    `Corefile:4: plugin/dynupdate: "file" can stand only once`,
  ],
  [`dynupdate {\nfile db\n${ALLOW}\ndatabase ""\n}`, "empty path"],
  [`dynupdate {\nfile db\n${ALLOW}\nmax_records 0\n}`, "less than 1"],
  [`dynupdate {\nfile db\n${ALLOW}\nmax_bytes many\n}`, "not an integer"],
  [
    `dynupdate {\nfile db\n${ALLOW}\nmax_update_records 1\nmax_update_records 2\n}`,
    "can stand only once",
  ],
  ["dynupdate {\nfile db\nallow k. *\n}", "missing argument"],
  ["dynupdate {\nfile db\nallow * * *\n}", `bad name of a key: "*"`],
  ["dynupdate {\nfile db\nallow k. a..b *\n}", `bad name "a..b"`],
  ["dynupdate {\nfile db\nallow k. * A *\n}", `"*" stands for all types`],
  ["dynupdate {\nfile db\nallow k. * AXFR\n}", `unknown type "AXFR"`],
  ["dynupdate {\nfile db\nallow k. * RRSIG\n}", `type "RRSIG" cannot be updated`],
  [`dynupdate {\nfile db\n${ALLOW}\nttl 3\n}`, `unknown property "ttl"`],
])("%j is refused", (text, message) => {
  expect(() => parseDynupdate(testDirective(text))).toThrow(message);
});

test.each([
  [["a.test.", "b.test."], "", "zone is missing"],
  [["a.test."], "allow k. www.b.test. A", `"www.b.test." is not within the zone "a.test."`],
])("in a block of %j %s is refused", (zones, more, message) => {
  const options = parseDynupdate(testDirective(`dynupdate {\nfile db\n${ALLOW}\n${more}\n}`));
  expect(() => new Dynupdate(options, testContext({ zones }))).toThrow(message);
});
