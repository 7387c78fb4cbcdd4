import { UDPClient } from "dns2";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { records, sections, testQuery } from "../../testing/query.ts";
import { startServer } from "../../testing/server.ts";
import { siit } from "./index.ts";

const SOA = "a.test. 60 IN SOA ns.a.test. mail.a.test. 1 2 3 4 60";
const denial = (): Reply => Reply.negative(Rcode.NOERROR, records(SOA)[0] as never);
const answer = (...lines: readonly string[]): Reply => Reply.authoritative(records(...lines));

interface Asked extends Sections {
  readonly own: readonly Query[];
  readonly translated: string | undefined;
  readonly reply: Reply;
}

async function asked(
  text: string,
  answers: { a: () => Result; aaaa: () => Result },
  query = testQuery("a.test.", "A"),
): Promise<Asked> {
  const own: Query[] = [];
  const metrics = new Metrics();
  const resolve = (one: Query): Result => {
    own.push(one);
    return answers.aaaa();
  };
  const options = siit.parse(testDirective(text));
  const context = testContext({ directive: text, metrics, host: { resolve } });
  const instance = siit.create?.(siit.merge?.([options]) ?? options, context);
  const reply = (await instance?.serve?.(query, answers.a)) as Reply;
  const line = /^coredns_siit_requests_translated_total\S+ (\d+)$/m.exec(await metrics.text());
  return { ...sections(reply), own, translated: line?.[1], reply };
}

describe("siit", () => {
  const text = "siit {\n eam 192.0.2.10 2001:db8::10\n eam 192.0.2.11 64:ff9b::1\n}";
  const aaaa = (): Reply =>
    answer(
      "a.test. 300 IN CNAME b.test.",
      "b.test. 90 IN AAAA 2001:db8::10",
      "b.test. 30 IN AAAA 64:ff9b::192.0.2.33",
      "b.test. 30 IN AAAA 64:ff9b::1",
      "b.test. 30 IN AAAA 2001:db8::11",
    );

  it("makes A records of what was mapped by hand, then of what is within the prefix", async () => {
    const found = await asked(text, { a: denial, aaaa });
    expect(found).toMatchObject({
      rcode: "NOERROR",
      flags: "AA",
      answer: [
        "a.test. 300 IN CNAME b.test.",
        "b.test. 60 IN A 192.0.2.10",
        "b.test. 30 IN A 192.0.2.33",
        "b.test. 30 IN A 192.0.2.11",
      ],
      translated: "1",
    });
    expect(found.own.map(({ qtype, depth }) => [qtype, depth])).toEqual([[28, 1]]);
    expect(found.reply.validity.allowsRepeating(0)).toBe(true);
  });

  it("leaves the first answer where nothing can be translated", async () => {
    const found = await asked("siit", {
      a: denial,
      aaaa: () => answer("a.test. 5 IN AAAA 2001:db8::1"),
    });
    expect(found).toMatchObject({ answer: [], authority: [SOA], translated: "0" });
  });

  it.each([
    ["there are A records", (): Reply => answer("a.test. 5 IN A 192.0.2.1")],
    ["there is no such name", (): Reply => new Reply(Rcode.NXDOMAIN)],
    ["it is cut short", (): Reply => new Reply(Rcode.NOERROR, Flag.TC)],
  ])("leaves a reply alone if %s", async (_why, a) => {
    expect((await asked(text, { a, aaaa })).own).toEqual([]);
  });

  it.each([
    ["for AAAA", testQuery("a.test.", "AAAA")],
    ["of another class", testQuery("a.test.", "A", { qclass: 3 })],
    ["of who validates", testQuery("a.test.", "A", { do: true, flags: Flag.CD })],
  ])("leaves questions %s alone", async (_what, query) => {
    expect((await asked(text, { a: denial, aaaa }, query)).own).toEqual([]);
  });

  it("gives the failure of the second question, and asks it if the first one fails", async () => {
    const servfail = (): Reply => new Reply(Rcode.SERVFAIL);
    expect(await asked(text, { a: denial, aaaa: servfail })).toMatchObject({
      rcode: "SERVFAIL",
      translated: "0",
    });
    const throws = (): never => {
      throw new QueryError(Rcode.SERVFAIL, "no upstream");
    };
    expect((await asked(text, { a: throws, aaaa })).answer).toHaveLength(4);
  });

  it("does not go in circles with dns64", async () => {
    const corefile = `.:{{PORT}} {
  bind 127.0.0.1
  dns64 {
    allow_ipv4
    translate_all
  }
  siit
  hosts {
    192.0.2.1 four.test
    2001:db8::6 six.test
    64:ff9b::192.0.2.9 mapped.test
  }
}`;
    const server = await startServer({ corefile });
    try {
      const resolve = UDPClient({ dns: "127.0.0.1", port: server.port });
      const found = async (qname: string, qtype: "A" | "AAAA"): Promise<unknown[]> => {
        const { answers } = await resolve(qname, qtype);
        return answers.map(({ ttl, address }) => [ttl, ipaddr.parse(address ?? "").toString()]);
      };
      expect(await found("four.test", "AAAA")).toEqual([[60, "64:ff9b::c000:201"]]);
      expect(await found("mapped.test", "A")).toEqual([[60, "192.0.2.9"]]);
      expect(await found("six.test", "AAAA")).toEqual([[3600, "2001:db8::6"]]);
      expect(await found("six.test", "A")).toEqual([]);
    } finally {
      await server.stop();
    }
  });
});

/** CoreDNS's own tests of it, and more. */
describe("the directive siit", () => {
  it.each([
    "siit",
    "siit {\n ipv6_prefix 64:dead::/96\n}",
    "siit {\n eam 10.0.0.1 64:dead::1\n eam 10.0.0.2 64:dead::2\n}",
    "siit {\n ipv6_prefix 2001:db8::/96\n}",
    ...[32, 40, 48, 56, 64].map((length) => `siit {\n ipv6_prefix 64:ff9b::/${length}\n}`),
  ])("takes %j", (text) => {
    expect(() => siit.parse(testDirective(text))).not.toThrow();
  });

  it.each([
    ["siit 64:ff9b::/96", 'Corefile:2: plugin/siit: unexpected argument "64:ff9b::/96"'],
    [
      "siit {\n ipv6_prefix 10.0.0.0/8\n}",
      'Corefile:3: plugin/siit: cannot parse prefix "10.0.0.0/8"',
    ],
    ["siit {\n ipv6_prefix foobar\n}", '"foobar"'],
    ["siit {\n ipv6_prefix 64:ff9b::/72\n}", "its length is none of 32, 40"],
    ["siit {\n ipv6_prefix 2001:db8:122:344:ff00::/96\n}", "its ninth octet is not zero"],
    ["siit {\n eam 64:dead::1 10.0.0.1\n}", 'cannot parse "64:dead::1": not an IPv4 address'],
    ["siit {\n eam 10.0.0.1 foobar\n}", 'cannot parse "foobar": not an IPv6 address'],
    ["siit {\n eam 10.0.0.1\n}", "missing argument"],
    ["siit {\n eam 10.0.0.1 64:dead::1 extra\n}", 'unexpected argument "extra"'],
    ["siit {\n prefix 64::/96\n}", 'unknown property "prefix"'],
  ])("refuses %j", (text, message) => {
    expect(() => siit.parse(testDirective(text))).toThrow(message);
  });
});
