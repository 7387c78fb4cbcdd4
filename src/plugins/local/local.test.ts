import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { RepeatedQueries } from "../../server/contract/repeat-observer.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import type { TestContextOptions } from "../../testing/context.ts";
import { ask, testQuery } from "../../testing/query.ts";
import { local } from "./index.ts";

function create(text = "local", options: TestContextOptions = {}): Instance {
  const parsed = local.parse(testDirective(text));
  const instance = local.create?.(parsed, testContext({ directive: text, ...options }));
  if (!instance) throw new Error("no instance");
  return instance;
}

const soa = (apex: string): string =>
  `${apex} 604800 IN SOA localhost. root.localhost. 1 0 0 0 604800`;

describe("local", () => {
  it.each([
    ["localhost.", "A", "127.0.0.1"],
    ["LocalHost.", "AAAA", "::1"],
    ["foo.localhost.", "A", "127.0.0.1"],
    ["a.b.localhost.", "AAAA", "::1"],
    ["localhost.example.net.", "A", "127.0.0.1"],
    ["localhost.", "NS", "localhost."],
    ["localhost.", "SOA", "localhost. root.localhost. 1 0 0 0 604800"],
    ["127.in-addr.arpa.", "NS", "localhost."],
    ["255.in-addr.arpa.", "SOA", "localhost. root.localhost. 1 0 0 0 604800"],
    ["1.0.0.127.in-addr.arpa.", "PTR", "localhost."],
  ])("answers %s %s with %s, without authority", async (qname, qtype, data) => {
    expect(await ask(create(), testQuery(qname, qtype))).toEqual({
      rcode: "NOERROR",
      flags: "",
      answer: [`${qname} 604800 IN ${qtype} ${data}`],
      authority: [],
      additional: [],
    });
  });

  it.each([
    ["localhost.", "MX", "NOERROR", "localhost."],
    ["foo.localhost.", "SOA", "NOERROR", "foo.localhost."],
    ["localhost.example.net.", "MX", "NOERROR", "localhost.example.net."],
    ["0.in-addr.arpa.", "A", "NOERROR", "0.in-addr.arpa."],
    ["127.in-addr.arpa.", "PTR", "NOERROR", "127.in-addr.arpa."],
    ["1.0.0.127.IN-addr.arpa.", "TXT", "NOERROR", "127.IN-addr.arpa."],
    ["2.0.0.127.in-addr.arpa.", "PTR", "NXDOMAIN", "127.in-addr.arpa."],
    ["7.255.in-addr.arpa.", "A", "NXDOMAIN", "255.in-addr.arpa."],
  ])("denies %s %s: %s, with the SOA record of %s", async (qname, qtype, rcode, apex) => {
    expect(await ask(create(), testQuery(qname, qtype))).toMatchObject({
      rcode,
      answer: [],
      authority: [soa(apex)],
    });
  });

  it("leaves all other names alone", async () => {
    const others = [
      testQuery("localhost1.example.net."),
      testQuery("mylocalhost."),
      testQuery("1.127.ip6.arpa.", "PTR"),
      testQuery(".", "NS"),
    ];
    for (const query of others) expect((await ask(create(), query)).rcode).toBe("BADTRUNC");
  });

  it("leaves names that only begin so alone, if that is switched off", async () => {
    const instance = create("local {\n localhost_prefix off\n}");
    expect((await ask(instance, testQuery("localhost.example.net."))).rcode).toBe("BADTRUNC");
    expect((await ask(instance, testQuery("foo.localhost."))).rcode).toBe("NOERROR");
  });

  it("counts names below localhost and those that begin so, also if the reply was a repeated one", async () => {
    const metrics = new Metrics();
    const instance = create("local", { metrics });
    const names = ["localhost.", "1.0.0.127.in-addr.arpa.", "foo.localhost.", "localhost.a.test."];
    for (const qname of names) {
      await ask(instance, testQuery(qname));
      instance.observeRepeats?.(Name.parse(qname))?.countRepeats({ count: 10 } as RepeatedQueries);
    }
    expect(await metrics.text()).toContain("coredns_local_localhost_requests_total 22\n");
  });

  it("tells of each of them where messages for debugging are wanted", async () => {
    const { log, lines } = recordingLog();
    const instance = create("local", { log, settings: { debug: true } });
    const reply = await instance.serve?.(testQuery("Foo.localhost."), () => new Reply());
    expect(lines).toEqual([
      'debug: Intercepting localhost query for "foo.localhost." A, from 127.0.0.1',
    ]);
    expect(reply instanceof Reply && reply.validity.isOnce).toBe(true);
  });

  it("takes the last word of several directives", () => {
    const all = ["local {\n localhost_prefix off\n}", "local"].map((text) =>
      local.parse(testDirective(text)),
    );
    expect(local.merge?.(all)).toEqual({ hasPrefix: false });
  });

  it.each([
    ["local a", "unexpected argument"],
    ["local {\n localhost_prefix\n}", "missing argument"],
    ["local {\n localhost_prefix maybe\n}", 'unknown value "maybe", expected "on", "off"'],
    ["local {\n localhost_prefix on off\n}", "unexpected argument"],
    ["local {\n prefix on\n}", "unknown property"],
  ])("refuses %j", (text, message) => {
    expect(() => local.parse(testDirective(text))).toThrow(message);
    expect(() => local.parse(testDirective(text))).toThrow(/^Corefile:[23]: plugin\/local: /);
  });
});
