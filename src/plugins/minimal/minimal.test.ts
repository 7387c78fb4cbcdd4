import { describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { testDirective } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, records, testQuery } from "../../testing/query.ts";
import { minimal } from "./index.ts";
import { serveMinimal } from "./minimal.ts";

const A = "a.test. 60 IN A 192.0.2.1";
const NS = "test. 60 IN NS ns.test.";
const SOA = "test. 60 IN SOA ns.test. root.test. 1 2 3 4 60";
const GLUE = "ns.test. 60 IN A 192.0.2.53";

interface Parts {
  rcode?: number;
  answer?: string[];
  authority?: string[];
}

function askFor({ rcode = Rcode.NOERROR, answer = [], authority = [] }: Parts): Promise<Sections> {
  return ask({ serve: serveMinimal }, testQuery("a.test."), () => {
    const reply = new Reply(rcode);
    reply.answer = records(...answer);
    reply.authority = records(...authority);
    reply.additional = records(GLUE);
    return reply;
  });
}

describe("minimal", () => {
  it.each<Parts>([
    { answer: [A] },
    { answer: [A], authority: [NS] },
    { answer: ["a.test. 60 IN CNAME b.test."], authority: [SOA] },
    // whoami's reply: neither an answer nor a denial
    {},
  ])("leaves nothing but the answer of %o", async (parts) => {
    const { answer, authority, additional } = await askFor(parts);
    expect(answer).toEqual(parts.answer ?? []);
    expect([authority, additional]).toEqual([[], []]);
  });

  it.each<Parts>([
    { authority: [NS] },
    { authority: [SOA] },
    { rcode: Rcode.NXDOMAIN, authority: [SOA] },
    { rcode: Rcode.NXDOMAIN, answer: ["a.test. 60 IN CNAME b.test."], authority: [SOA] },
    { rcode: Rcode.SERVFAIL },
    { rcode: Rcode.REFUSED, authority: [NS] },
  ])("leaves %o as it is", async (parts) => {
    const { answer, authority, additional } = await askFor(parts);
    expect([answer, authority]).toEqual([parts.answer ?? [], parts.authority ?? []]);
    expect(additional).toEqual([GLUE]);
  });

  it("leaves silence alone", () => {
    expect(serveMinimal(testQuery("a.test."), () => DROPPED)).toBe(DROPPED);
  });

  it.each(["minimal all", "minimal {\n all\n}"])("refuses %j", (text) => {
    expect(() => minimal.parse(testDirective(text))).toThrow(
      /^Corefile:2: plugin\/minimal: unexpected/,
    );
  });
});
