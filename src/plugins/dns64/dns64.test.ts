import { describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Flag } from "../../dns/header.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, records, testQuery } from "../../testing/query.ts";
import { dns64 } from "./index.ts";

const IPV6 = { address: "2001:db8::7" };
const SOA = "a.test. 60 IN SOA ns.a.test. mail.a.test. 1 2 3 4 60";
const ALIAS = "a.test. 300 IN CNAME b.test.";

interface Answers {
  /** To the question for AAAA. */
  readonly aaaa: () => Result;
  /** To the question for A. */
  readonly a?: () => Result;
}

interface Made {
  readonly instance: Instance;
  readonly asked: readonly Query[];
  readonly next: () => Result;
  translated(): Promise<string | undefined>;
}

function make({ aaaa, a }: Answers, text = "dns64", listenOn: string[] = []): Made {
  const asked: Query[] = [];
  const metrics = new Metrics();
  const resolve = (query: Query): Result => {
    asked.push(query);
    return a?.() ?? new Reply(Rcode.SERVFAIL);
  };
  const context = testContext({
    directive: text,
    metrics,
    host: { resolve },
    settings: { listenOn },
  });
  const options = dns64.parse(testDirective(text));
  const instance = dns64.create?.(dns64.merge?.([options]) ?? options, context);
  if (!instance) throw new Error("no instance");
  const translated = async (): Promise<string | undefined> => {
    return /^coredns_dns64_requests_translated_total\S+ (\d+)$/m.exec(await metrics.text())?.[1];
  };
  return { instance, asked, next: aaaa, translated };
}

const answer = (...lines: readonly string[]): Reply => Reply.authoritative(records(...lines));

function denial(rcode: number = Rcode.NOERROR): Reply {
  return Reply.negative(rcode, records(SOA)[0] as never);
}

async function asked(
  answers: Answers,
  text?: string,
  query = testQuery("a.test.", "AAAA", IPV6),
): Promise<Sections> {
  const { instance, next } = make(answers, text);
  return await ask(instance, query, next);
}

const A = (): Reply => answer(ALIAS, "b.test. 90 IN A 192.0.2.33", "b.test. 30 IN A 192.0.2.34");
const TRANSLATED = [
  ALIAS,
  "b.test. 60 IN AAAA 64:ff9b::c000:221",
  "b.test. 30 IN AAAA 64:ff9b::c000:222",
];

describe("dns64", () => {
  it("makes AAAA records of A records, no older than the denial", async () => {
    const made = make({ aaaa: denial, a: A });
    const reply = await ask(
      made.instance,
      testQuery("a.test.", "AAAA", { ...IPV6, do: true }),
      made.next,
    );
    expect(reply).toEqual({
      rcode: "NOERROR",
      flags: "",
      answer: TRANSLATED,
      authority: [],
      additional: [],
    });
    expect(made.asked.map(({ qtype, depth, dnssecOk }) => [qtype, depth, dnssecOk])).toEqual([
      [1, 1, false],
    ]);
    expect(await made.translated()).toBe("1");
  });

  it("takes 600 seconds where there is no SOA record, and keeps the sections of the A answer", async () => {
    const a = (): Reply => {
      const reply = answer("a.test. 900 IN A 192.0.2.33");
      reply.flags |= Flag.RA | Flag.AD;
      reply.authority = records("a.test. 900 IN NS ns.a.test.");
      return reply;
    };
    expect(await asked({ aaaa: () => new Reply(), a })).toEqual({
      rcode: "NOERROR",
      flags: "RA",
      answer: ["a.test. 600 IN AAAA 64:ff9b::c000:221"],
      authority: ["a.test. 900 IN NS ns.a.test."],
      additional: [],
    });
  });

  it.each<[string, () => Outcome]>([
    ["there are AAAA records", () => answer("a.test. 5 IN AAAA 2001:db8::1")],
    ["there is no such name", () => denial(Rcode.NXDOMAIN)],
    ["it is cut short", () => new Reply(Rcode.NOERROR, Flag.TC)],
  ])("leaves a reply alone if %s", async (_why, aaaa) => {
    const { instance, asked: questions, next } = make({ aaaa, a: A });
    const reply = aaaa();
    const outcome = await instance.serve?.(testQuery("a.test.", "AAAA", IPV6), () => reply);
    expect(outcome).toBe(reply);
    expect((outcome as Reply).validity.allowsRepeating(0)).toBe(true);
    expect(questions).toEqual([]);
    expect(next).toBe(aaaa);
  });

  it.each([
    ["over IPv4", testQuery("a.test.", "AAAA")],
    ["for A", testQuery("a.test.", "A", IPV6)],
    ["of another class", testQuery("a.test.", "AAAA", { ...IPV6, qclass: 3 })],
    ["of who validates", testQuery("a.test.", "AAAA", { ...IPV6, do: true, flags: Flag.CD })],
  ])("leaves questions %s alone", async (_what, query) => {
    expect((await asked({ aaaa: denial, a: A }, "dns64", query)).answer).toEqual([]);
  });

  it("translates for IPv4 clients where that is allowed", async () => {
    const text = "dns64 {\n allow_ipv4\n}";
    const reply = await asked({ aaaa: denial, a: A }, text, testQuery("a.test.", "AAAA"));
    expect(reply.answer).toEqual(TRANSLATED);
  });

  it("takes a failure and any other response code for an empty answer", async () => {
    const throws = (): never => {
      throw new QueryError(Rcode.SERVFAIL, "no upstream");
    };
    const rejects = (): Promise<never> => Promise.reject(new QueryError(Rcode.SERVFAIL, "none"));
    for (const aaaa of [throws, rejects, (): Reply => new Reply(Rcode.NOTIMP)]) {
      const { answer: lines } = await asked({ aaaa, a: A });
      expect(lines.slice(1)).toEqual([
        expect.stringMatching(/^b\.test\. 90 IN AAAA/),
        expect.stringMatching(/^b\.test\. 30 IN AAAA/),
      ]);
    }
    const { instance } = make({ aaaa: throws, a: A });
    const reply = (await instance.serve?.(testQuery("a.test.", "AAAA", IPV6), throws)) as Reply;
    expect(reply.validity.allowsRepeating(0)).toBe(false);
  });

  it("passes on what goes wrong otherwise", async () => {
    const refused = (): never => {
      throw new QueryError(Rcode.REFUSED, "too many");
    };
    await expect(asked({ aaaa: refused, a: A })).rejects.toThrow("too many");
    await expect(asked({ aaaa: denial, a: refused })).rejects.toThrow("too many");
    expect((await asked({ aaaa: denial, a: () => new Reply(Rcode.SERVFAIL) })).rcode).toBe(
      "SERVFAIL",
    );
  });

  it("with translate_all replaces AAAA records, but not those of names without A", async () => {
    const text = "dns64 {\n translate_all\n}";
    const aaaa = (): Reply => answer("a.test. 5 IN AAAA 2001:db8::1");
    const replaced = await asked({ aaaa, a: A }, text);
    expect(replaced.answer.slice(1)).toEqual([
      "b.test. 90 IN AAAA 64:ff9b::c000:221",
      "b.test. 30 IN AAAA 64:ff9b::c000:222",
    ]);
    expect((await asked({ aaaa, a: denial }, text)).answer).toEqual([
      "a.test. 5 IN AAAA 2001:db8::1",
    ]);
  });

  it("does not give away IPv4-mapped addresses", async () => {
    const mapped = "a.test. 5 IN AAAA ::ffff:192.0.2.1";
    const some = (): Reply => answer(mapped, "a.test. 5 IN AAAA 2001:db8::1");
    expect((await asked({ aaaa: some, a: A })).answer).toEqual(["a.test. 5 IN AAAA 2001:db8::1"]);
    expect((await asked({ aaaa: () => answer(mapped), a: A })).answer[1]).toContain("64:ff9b::");
  });

  it("does not translate what was asked for a translation", async () => {
    const { instance, asked: questions, next } = make({ aaaa: denial, a: A });
    await ask(instance, testQuery("a.test.", "AAAA", IPV6), next);
    const [own] = questions;
    if (!own) throw new Error("not asked");
    own.qtype = 28;
    expect((await ask(instance, own, next)).answer).toEqual([]);
  });
});

describe("a translation", () => {
  const query = (): Query => testQuery("a.test.", "AAAA", IPV6);

  async function replyOf(answers: Answers, text: string, listenOn: string[] = []): Promise<Reply> {
    const { instance, next } = make(answers, text, listenOn);
    return (await instance.serve?.(query(), next)) as Reply;
  }

  it("is repeated to others only where all get the same", async () => {
    const repeats = async (text: string, listenOn: string[] = []): Promise<boolean> => {
      return (await replyOf({ aaaa: denial, a: A }, text, listenOn)).validity.allowsRepeating(0);
    };
    expect(await repeats("dns64")).toBe(false);
    expect(await repeats("dns64", ["::"])).toBe(false);
    expect(await repeats("dns64", ["fd00::a", "10.0.0.10"])).toBe(true);
    expect(await repeats("dns64 {\n allow_ipv4\n}")).toBe(true);
    // Nor is what somebody got who asked over IPv4.
    const { instance, next } = make({ aaaa: denial, a: A });
    const untranslated = (await instance.serve?.(testQuery("a.test.", "AAAA"), next)) as Reply;
    expect(untranslated.validity.allowsRepeating(0)).toBe(false);
  });

  it("holds good as long as both answers do, and is counted when it is repeated", async () => {
    const [ofA, ofAaaa] = [new State(), new State()];
    const counted: string[] = [];
    const counting = (reply: Reply, name: string, state: State): Reply => {
      reply.repetition = { count: (hits) => void counted.push(`${name} ${hits}`) };
      return reply.narrow(Validity.dependingOn(state));
    };
    const made = make(
      { aaaa: () => counting(denial(), "AAAA", ofAaaa), a: () => counting(A(), "A", ofA) },
      "dns64 {\n allow_ipv4\n}",
    );
    const serve = async (): Promise<Reply> =>
      (await made.instance.serve?.(query(), made.next)) as Reply;
    const reply = await serve();
    expect(reply.validity.allowsRepeating(0)).toBe(true);
    reply.repetition.count?.(3, 0);
    expect(counted).toEqual(["AAAA 3", "A 3"]);
    expect(await made.translated()).toBe("4");
    ofA.end();
    expect(reply.validity.allowsRepeating(0)).toBe(false);
    const other = await replyOf({ aaaa: () => counting(denial(), "", ofAaaa), a: A }, "dns64", [
      "fd00::1",
    ]);
    ofAaaa.end();
    expect(other.validity.allowsRepeating(0)).toBe(false);
  });

  it("counts down as one where a part of it does", async () => {
    const aging = (): Reply => {
      const reply = denial();
      reply.repetition = { aging: { ttlSeconds: 60, fromMs: 0 } };
      return reply;
    };
    const reply = await replyOf({ aaaa: aging, a: A }, "dns64 {\n allow_ipv4\n}");
    expect(reply.answer.map(({ ttlSeconds }) => ttlSeconds)).toEqual([30, 30, 30]);
    const { aging: now } = reply.repetition;
    expect(now?.ttlSeconds).toBe(30);
    expect(reply.validity.untilMs).toBe((now?.fromMs ?? 0) + 30_000);
  });
});

describe("the directive dns64", () => {
  const prefixOf = async (text: string): Promise<string | undefined> => {
    const { instance, next } = make(
      { aaaa: denial, a: () => answer("a.test. 5 IN A 192.0.2.33") },
      text,
    );
    return (await ask(instance, testQuery("a.test.", "AAAA", IPV6), next)).answer[0]
      ?.split(" ")
      .at(-1);
  };

  it.each([
    ["dns64 64:1337::/96", "64:1337::c000:221"],
    ["dns64 2001:db8::/32", "2001:db8:c000:221::"],
    ["dns64 {\n prefix 64:1337::/96\n}", "64:1337::c000:221"],
    ["dns64 64:1::/96 {\n prefix 64:2::/96\n}", "64:2::c000:221"],
  ])("reads %j", async (text, address) => {
    expect(await prefixOf(text)).toBe(address);
  });

  it("is one with others of its block", () => {
    const parse = (text: string): unknown => dns64.parse(testDirective(text));
    const all = ["dns64 64:1::/96", "dns64 {\n allow_ipv4\n}"].map(parse);
    const merged = dns64.merge?.(all) as { prefix: unknown; allowIpv4: boolean };
    expect([String(merged.prefix), merged.allowIpv4]).toEqual(["64:1::/96", true]);
  });

  it.each([
    ["dns64 64:ff9b::/97", 'Corefile:2: plugin/dns64: cannot parse prefix "64:ff9b::/97"'],
    ["dns64 10.0.0.0/8", 'Corefile:2: plugin/dns64: cannot parse prefix "10.0.0.0/8"'],
    ["dns64 foobar", "not an IPv6 prefix such as 64:ff9b::/96"],
    ["dns64 64:ff9b::/96 64:ff9b::/96", 'unexpected argument "64:ff9b::/96"'],
    ["dns64 {\n prefix\n}", "Corefile:3: plugin/dns64: missing argument"],
    ["dns64 {\n mapping\n}", 'Corefile:3: plugin/dns64: unknown property "mapping"'],
    ["dns64 {\n translate_all yes\n}", 'unexpected argument "yes"'],
  ])("refuses %j", (text, message) => {
    expect(() => dns64.parse(testDirective(text))).toThrow(message);
  });
});
