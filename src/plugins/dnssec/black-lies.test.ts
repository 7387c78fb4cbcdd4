import { expect, test } from "vitest";
import { Name } from "../../dns/name.ts";
import { formatRecord } from "../../dns/presentation.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { compareKeys } from "../../zone/canonical-order.ts";
import { blackLie, nextName } from "./black-lies.ts";

function typesOf(kind: "apex" | "cut" | "other", denied: number): string {
  return formatRecord(blackLie(Name.parse("a.test."), kind, denied, 60));
}

test("a name has all types but the one that is denied, and the next name is right behind it", () => {
  const text = typesOf("other", RrType.A);
  expect(text).toMatch(
    /^a\.test\. 60 IN NSEC \\000\.a\.test\. PTR HINFO MX .* RRSIG NSEC .* URI CAA$/,
  );
  expect(text).not.toMatch(/ (A|NS|SOA|CNAME|DNAME|DS|DNSKEY)( |$)/);
});

test("an apex has what only an apex has", () => {
  expect(typesOf("apex", RrType.DS)).toMatch(/ A NS SOA .* DNSKEY /);
});

test("a cut has name servers and nothing else, and what is below it is spanned", () => {
  expect(typesOf("cut", RrType.DS)).toBe("a.test. 60 IN NSEC a\\000.test. NS RRSIG NSEC");
});

test("the proof itself is never denied", () => {
  expect(typesOf("other", RrType.NSEC)).toMatch(/ RRSIG NSEC /);
});

const LONG = "a".repeat(63);

test.each([
  ["test.", "\\000.test."],
  [".", "\\000."],
  [
    `${LONG}.${LONG}.${LONG}.${"b".repeat(60)}.`,
    `${LONG.slice(1)}b.${LONG}.${LONG}.${"b".repeat(60)}.`,
  ],
  [
    `b.${LONG}.${LONG}.${LONG}.${"b".repeat(58)}.`,
    `b\\000.${LONG}.${LONG}.${LONG}.${"b".repeat(58)}.`,
  ],
  [
    `${LONG.slice(1)}@.${LONG}.${LONG}.${"b".repeat(60)}.`,
    `${LONG.slice(1)}[.${LONG}.${LONG}.${"b".repeat(60)}.`,
  ],
  [
    `${LONG.slice(1)}\\255.${LONG}.${LONG}.${"b".repeat(60)}.`,
    `${LONG.slice(2)}b.${LONG}.${LONG}.${"b".repeat(60)}.`,
  ],
])("the name behind %s has no other before it", (text, next) => {
  const name = Name.parse(text.replace("@", "\\@"));
  expect(nextName(name).toString()).toBe(next);
  expect(compareKeys(name.key, nextName(name).key)).toBeLessThan(0);
});
