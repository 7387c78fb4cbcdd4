import { describe, expect, it } from "vitest";
import { testDirective } from "../../testing/context.ts";
import { parseRewrite } from "./parse.ts";

const parse = (text: string): ReturnType<typeof parseRewrite> => parseRewrite(testDirective(text));

/** Each block of CoreDNS's documentation of this plugin that is no mere syntax. */
const DOCUMENTED = [
  "rewrite type ANY HINFO",
  "rewrite name example.net example.org",
  "rewrite class CH IN",
  "rewrite name substring service.us-west-1.example.org service.us-west-1.consul",
  "rewrite name regex (.*)-(us-west-1)\\.example\\.org {1}.service.{2}.consul",
  "rewrite name suffix .schmoogle.com. .google.com.",
  "rewrite name regex ^([^.]+)\\.example\\.$ {1}.{kubernetes/client-namespace}.svc.cluster.local. metadata answer auto",
  "rewrite name regex (.*)-(us-west-1)\\.coredns\\.rocks {1}.service.{2}.consul",
  "rewrite stop {\n name suffix .coredns.rocks .service.consul answer auto\n}",
  "rewrite stop {\n name regex (.*)-(us-west-1)\\.coredns\\.rocks {1}.service.{2}.consul\n answer name (.*)\\.service\\.(us-west-1)\\.consul {1}-{2}.coredns.rocks\n}",
  "rewrite stop {\n name suffix .arpa .arpa\n answer name auto\n answer value (.*)\\.service\\.consul\\. {1}.coredns.rocks.\n}",
  "rewrite continue {\n ttl regex (.*)\\.coredns\\.rocks 15\n}",
  "rewrite ttl example.com. 30-300",
  "rewrite ttl example.com. -30 # equivalent to rewrite ttl example.com. 0-30",
  "rewrite ttl example.com. 30-",
  "rewrite ttl example.com. 30 # equivalent to rewrite ttl example.com. 30-30",
  "rewrite continue {\n rcode regex (.*)\\.coredns\\.rocks SERVFAIL NOERROR\n}",
  "rewrite continue {\n rcode regex (.*)\\.coredns\\.rocks 2 0\n}",
  "rewrite edns0 local set 0xffee 0x61626364",
  "rewrite edns0 local set 0xffee abcd",
  "rewrite edns0 local set 0xffee {client_ip}",
  "rewrite edns0 local set 0xffee {some-plugin/some-label}",
  "rewrite edns0 local unset 0xffee",
  "rewrite edns0 subnet set 24 56",
  "rewrite edns0 subnet unset",
  "rewrite edns0 local set 0xffee abcd revert",
  "rewrite continue {\n edns0 local set 0xffee abcd\n}",
  "rewrite edns0 local replace 0xffee bcde revert",
  "rewrite cname regex (.*).cdn.example.net. {1}.other.cdn.com.",
];

it.each(DOCUMENTED)("reads what CoreDNS documents: %s", (text) => {
  expect(() => parse(text)).not.toThrow();
});

it.each([
  ["rewrite type ANY HINFO", true],
  ["rewrite stop type ANY HINFO", true],
  ["rewrite CONTINUE TYPE any hinfo", false],
  ["rewrite {\n continue\n type ANY HINFO\n}", false],
  ["rewrite continue name exact a b answer value a b name c d answer value e f", false],
  ["rewrite edns0 NSID Append revert", true],
])("%s: is the last one, %s", (text, isLast) => {
  expect(parse(text).isLast).toBe(isLast);
});

describe("says what is wrong, and where", () => {
  it.each([
    [
      "rewrite",
      /^Corefile:2: plugin\/rewrite: missing argument: expected field: one of name, type.* behind "rewrite"$/,
    ],
    ["rewrite stop", 'behind "stop"'],
    ["rewrite nonsense a b", 'unknown field "nonsense"'],
    ["rewrite answer auto", '"answer" stands behind a "name" rule'],
    ["rewrite name a", "expected name to ask for"],
    ["rewrite name infix a b", 'unknown value "infix"'],
    ["rewrite name regex ( b", 'cannot parse regular expression "("'],
    [`rewrite name regex ${"a".repeat(10_001)} b`, "10001 characters, at most 10000"],
    [`rewrite name suffix a ${"a.".repeat(600)}`, "name too long: 1200 characters"],
    ["rewrite name regex (a) {1}.{2}", '"{2}" in "{1}.{2}" stands for no group'],
    ["rewrite name exact a b..c", '"b..c." is not a domain name'],
    ["rewrite name exact a b auto", 'unexpected "auto", expected "answer"'],
    ["rewrite name exact a b answer", 'expected "auto", "name" or "value"'],
    ["rewrite name exact a b answer name c", "expected name to write"],
    ["rewrite name suffix a b answer auto answer name c d", "cannot go together"],
    ["rewrite name suffix a b metadata", '"metadata" goes with "name regex" only'],
    ["rewrite name regex a {b} metadata", "neither a group nor a label"],
    ["rewrite name regex a {b/c metadata", "unmatched brace"],
    ["rewrite type A NOTYPE", 'unknown type "NOTYPE"'],
    ["rewrite type A AXFR", 'questions of type "AXFR" are turned away'],
    ["rewrite type A", "expected type to ask for"],
    ["rewrite type A AAAA MX", 'unexpected "MX": the rule ends before it'],
    ["rewrite class CH XX", 'unknown class "XX"'],
    ["rewrite class ANY IN", 'questions of class "ANY" are turned away'],
    ["rewrite ttl a x", 'cannot parse TTL "x"'],
    ["rewrite ttl a -", 'cannot parse TTL "-"'],
    ["rewrite ttl a 30-20", "the lower bound is above the upper one"],
    ["rewrite ttl a 2147483648", "more than 2147483647"],
    ["rewrite rcode a NXDOMAIN 24", 'unknown response code "24"'],
    ["rewrite rcode suffix a NXDOMAIN", 'unknown response code "a"'],
    ["rewrite rcode a NXDOMAIN", "expected response code to send"],
    ["rewrite cname a", "expected target to put there"],
    ["rewrite edns0", "expected kind of option"],
    ["rewrite edns0 cookie set", 'unknown value "cookie"'],
    ["rewrite edns0 local add 1 a", 'unknown value "add"'],
    ["rewrite edns0 local set 65536 a", 'cannot parse option code "65536"'],
    ["rewrite edns0 local set 1 0x123", 'cannot parse data "0x123"'],
    ["rewrite edns0 local set 1 {dummy}", 'unknown variable "{dummy}"'],
    ["rewrite edns0 local set 1 revert", "missing data"],
    ["rewrite edns0 local unset 1 a", 'unexpected "a"'],
    ["rewrite edns0 nsid set a", 'unexpected "a"'],
    ["rewrite edns0 subnet set 33 56", 'cannot parse "33": more than 32'],
    ["rewrite edns0 subnet set 24 129", 'cannot parse "129": more than 128'],
    ["rewrite name a b {\n answer auto\n}", "in the line or in the block, not in both"],
    ["rewrite {\n name a b {\n }\n}", "no blocks inside a rule"],
  ])("%s", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});
