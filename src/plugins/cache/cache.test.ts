import { describe, expect, it } from "vitest";
import {
  decodeExtendedError,
  extendedErrorOption,
  findOption,
  nsidOption,
} from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { formatRrClass } from "../../dns/iana/rr-class.ts";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { encodeReply } from "../../server/pipeline/encode-reply.ts";
import { State } from "../../server/contract/state.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { Next } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { records, sections, testQuery } from "../../testing/query.ts";
import type { Sections } from "../../testing/query.ts";
import { Cache } from "./cache.ts";
import type { CacheMetrics } from "./metrics.ts";
import { cacheMetrics } from "./metrics.ts";
import { parseCache } from "./parse.ts";

const SOA = "a.test. 300 IN SOA ns.a.test. root.a.test. 1 7200 3600 1209600 120";
const BRIEF_SOA = SOA.replace(" 300 ", " 90 ");
const A = (ttl: number, address = "192.0.2.1"): string => `www.a.test. ${ttl} IN A ${address}`;

/** A cache with a clock that stands still and a source that says what it is told to. */
class Bench {
  nowMs = 1_000_000;
  asked: Query[] = [];
  source: (query: Query) => Result = () => new Reply();
  readonly cache: Cache;
  readonly metrics: CacheMetrics;

  constructor(corefile = "cache") {
    const zones = [Name.root];
    this.metrics = cacheMetrics({ ...testContext(), zones });
    this.cache = new Cache(
      parseCache(testDirective(corefile)),
      zones,
      this.metrics,
      () => this.nowMs,
    );
  }

  readonly next: Next = (query) => {
    this.asked.push(query);
    return this.source(query);
  };

  answers(...lines: readonly string[]): this {
    this.source = () => Reply.authoritative(records(...lines));
    return this;
  }

  replies(
    rcode: number,
    sectionsOf: { answer?: string[]; authority?: string[]; flags?: number },
  ): this {
    this.source = () => {
      const reply = new Reply(rcode, sectionsOf.flags ?? 0);
      reply.answer = records(...(sectionsOf.answer ?? []));
      reply.authority = records(...(sectionsOf.authority ?? []));
      return reply;
    };
    return this;
  }

  fails(rcode: number = Rcode.SERVFAIL): this {
    this.source = () => Promise.reject(new QueryError(rcode, "no upstream"));
    return this;
  }

  /** Lets time-outs happen. What is asked for patiently comes when the function is called. */
  timesOut(): (outcome: Reply | QueryError) => Promise<void> {
    const late = Promise.withResolvers<Reply>();
    this.source = ({ isPatient }) => {
      if (isPatient) return late.promise;
      return Promise.reject(new QueryError(Rcode.SERVFAIL, "i/o timeout", { isTimeout: true }));
    };
    return async (outcome) => {
      if (outcome instanceof Reply) late.resolve(outcome);
      else late.reject(outcome);
      await this.settle();
    };
  }

  ask(query: Query = testQuery("www.a.test.")): Result {
    return this.cache.serve(query, this.next);
  }

  async say(query?: Query): Promise<Sections> {
    return sections(await this.ask(query));
  }

  async ttl(query?: Query): Promise<number> {
    const said = await this.say(query);
    return Number([...said.answer, ...said.authority][0]?.split(" ")[1]);
  }

  /** The TTLs of the reply as it is sent. */
  async sentTtls(query: Query): Promise<Set<number>> {
    const message = parseMessage(encodeReply(query, (await this.ask(query)) as Reply)) as Message;
    const { answer, authority } = message;
    return new Set([...answer, ...authority].map(({ ttlSeconds }) => ttlSeconds));
  }

  wait(seconds: number): this {
    this.nowMs += seconds * 1000;
    return this;
  }

  /** Lets refreshes in the background come to their end. */
  async settle(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function errorCodes(outcome: Reply): (number | undefined)[] {
  const option = findOption(outcome.options, OptionCode.EXTENDED_ERROR);
  return option ? [decodeExtendedError(option.data)?.infoCode] : [];
}

describe("cache", () => {
  it("answers from memory, at once, with the TTL that is left", async () => {
    const bench = new Bench().answers(A(300));
    expect(await bench.ttl()).toBe(300);
    bench.wait(10.9);
    const result = bench.ask();
    expect(result).not.toBeInstanceOf(Promise);
    expect(sections(result as Reply)).toMatchObject({ answer: [A(290)], flags: "AA" });
    bench.wait(289.2);
    await bench.say();
    expect(bench.asked).toHaveLength(2);
  });

  it.each([
    ["cache", [A(7200)], 3600],
    ["cache 30", [A(7200)], 30],
    ["cache 30", [A(20), "www.a.test. 10 IN A 192.0.2.2"], 10],
    ["cache", [A(1)], 5],
    ["cache {\n success 5000 10 7\n}", [A(1)], 7],
    ["cache {\n success 5000 10\n}", [A(60)], 10],
  ])("%s gives all records of %j the TTL %i", async (corefile, answer, ttl) => {
    const bench = new Bench(corefile).answers(...answer);
    const said = await bench.say();
    expect(said.answer.map((line) => Number(line.split(" ")[1]))).toEqual(answer.map(() => ttl));
  });

  it("F11 neither raises nor keeps a TTL of 0", async () => {
    const bench = new Bench().answers(A(0));
    expect(await bench.ttl()).toBe(0);
    await bench.say();
    expect(bench.asked).toHaveLength(2);
  });

  it.each([
    ["answers of TTL 0", "success", "A", { answer: [A(0)] }],
    ["an alias of TTL 0", "success", "CNAME", { answer: ["www.a.test. 0 IN CNAME b.test."] }],
    [
      "records of TTL 0 beside",
      "success",
      "A",
      { answer: [A(90)], authority: ["a.test. 0 IN NS b.test."] },
    ],
    ["a denial", "denial", "A", { authority: [SOA] }],
    ["a denial of TTL 0", "denial", "A", { authority: [SOA.replace(" 300 ", " 0 ")] }],
    ["a denial whose SOA's minimum is 0", "denial", "A", { authority: [SOA.replace(/120$/, "0")] }],
  ])("a MINTTL that is written down holds for %s", async (_what, store, qtype, reply) => {
    const bench = new Bench(`cache {\n ${store} 5000 900 400\n}`).replies(Rcode.NOERROR, reply);
    const query = (): Query => testQuery("www.a.test.", qtype);
    expect(await bench.sentTtls(query())).toEqual(new Set([400]));
    bench.wait(399);
    expect(await bench.sentTtls(query())).toEqual(new Set([1]));
    expect(bench.asked).toHaveLength(1);
  });

  it("a MINTTL of 0 keeps nothing of TTL 0, nor lets a small TTL grow", async () => {
    const bench = new Bench("cache {\n success 5000 900 0\n}").answers(A(0));
    expect(await bench.ttl()).toBe(0);
    bench.answers(A(2));
    expect(await bench.ttl()).toBe(2);
    expect(bench.asked).toHaveLength(2);
  });

  it.each([
    ["NXDOMAIN for the SOA's minimum", Rcode.NXDOMAIN, { authority: [SOA] }, 120],
    ["NODATA for the SOA's minimum", Rcode.NOERROR, { authority: [SOA] }, 120],
    ["NODATA for the SOA's TTL", Rcode.NOERROR, { authority: [BRIEF_SOA] }, 90],
    [
      "NODATA behind an alias",
      Rcode.NOERROR,
      { answer: ["www.a.test. 60 IN CNAME b.test."], authority: [SOA] },
      60,
    ],
    ["a referral for 5 s", Rcode.NOERROR, { authority: ["a.test. 60 IN NS ns.a.test."] }, 5],
  ])("keeps %s", async (_what, rcode, reply, ttl) => {
    const bench = new Bench().replies(rcode, reply);
    expect(await bench.ttl()).toBe(ttl);
    bench.wait(ttl - 1);
    expect(await bench.ttl()).toBe(1);
    expect(bench.asked).toHaveLength(1);
  });

  it.each([
    ["NXDOMAIN without SOA", Rcode.NXDOMAIN, {}],
    [
      "NXDOMAIN behind an alias",
      Rcode.NXDOMAIN,
      { answer: ["www.a.test. 60 IN CNAME b.test."], authority: [SOA] },
    ],
    ["an alias that leads nowhere", Rcode.NOERROR, { answer: ["www.a.test. 60 IN CNAME b.test."] }],
    [
      "an answer to another question",
      Rcode.NOERROR,
      { answer: ["other.a.test. 60 IN A 192.0.2.1"] },
    ],
    [
      "a fork of aliases",
      Rcode.NOERROR,
      {
        answer: [
          "www.a.test. 60 IN CNAME b.test.",
          "www.a.test. 60 IN CNAME c.test.",
          "b.test. 60 IN A 192.0.2.1",
        ],
      },
    ],
    [
      "a circle of aliases",
      Rcode.NOERROR,
      { answer: ["www.a.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME www.a.test."] },
    ],
    ["an answer of another class", Rcode.NOERROR, { answer: [A(60).replace("IN", "CH")] }],
    ["a truncated reply", Rcode.NOERROR, { answer: [A(60)], flags: Flag.TC }],
    ["REFUSED", Rcode.REFUSED, {}],
  ])("does not keep %s", async (_what, rcode, reply) => {
    const bench = new Bench().replies(rcode, reply);
    await bench.say();
    await bench.say();
    expect(bench.asked).toHaveLength(2);
  });

  it.each([
    ["a truncated reply", { answer: [A(60)], flags: Flag.TC }, 30],
    ["an alias that leads nowhere", { answer: ["www.a.test. 60 IN CNAME b.test."] }, 30],
  ])("caps the TTL of %s, though it is not kept", async (_what, reply, ttl) => {
    expect(await new Bench("cache 30").replies(Rcode.NOERROR, reply).ttl()).toBe(ttl);
  });

  it("gives NXDOMAIN without SOA the TTL of its records", async () => {
    const reply = { authority: ["a.test. 60 IN NS ns.a.test."] };
    expect(await new Bench().replies(Rcode.NXDOMAIN, reply).ttl()).toBe(60);
  });

  it("takes EDNS options off a reply, but for extended errors", async () => {
    const bench = new Bench();
    const options = [nsidOption("upstream"), extendedErrorOption(15, "blocked")];
    bench.source = () => Object.assign(Reply.authoritative(records(A(60))), { options });
    for (const reply of [(await bench.ask()) as Reply, bench.ask() as Reply]) {
      expect(reply.options.map(({ code }) => code)).toEqual([OptionCode.EXTENDED_ERROR]);
    }
    expect(bench.asked).toHaveLength(1);
  });

  it("keeps a SOA that was asked for as long as any answer", async () => {
    const bench = new Bench().answers(SOA);
    expect(await bench.ttl(testQuery("a.test.", "SOA"))).toBe(300);
  });

  it("forgets at once what is true no longer", async () => {
    const bench = new Bench("cache 30 {\n serve_stale\n}");
    const state = new State();
    bench.source = () => {
      return Reply.authoritative(records(A(60))).narrow(Validity.dependingOn(state));
    };
    expect(await bench.ttl()).toBe(30);
    await bench.say();
    expect(bench.asked).toHaveLength(1);
    state.end();
    bench.answers(A(60, "192.0.2.2"));
    expect((await bench.say()).answer).toEqual([A(30, "192.0.2.2")]);
    expect(bench.asked).toHaveLength(2);
  });

  it("gives names in the case of the first reply", async () => {
    const bench = new Bench().answers(A(60));
    await bench.say();
    expect((await bench.say(testQuery("WWW.a.test."))).answer).toEqual([A(60)]);
    expect(bench.asked).toHaveLength(1);
  });

  it("never answers one question with the reply to another", async () => {
    const bench = new Bench();
    bench.source = (query) => {
      const text = [query.qtype, query.qclass, query.dnssecOk, query.checkingDisabled].join(" ");
      const rrClass = formatRrClass(query.qclass);
      return Reply.authoritative(records(`${query.qname} 60 ${rrClass} TXT "${text}"`));
    };
    const queries = ["www.a.test.", "www\\.a.test.", "a.test."].flatMap((qname) =>
      ["TXT", "ANY"].flatMap((qtype) =>
        [1, 3].flatMap((qclass) =>
          [true, false].flatMap((dnssecOk) =>
            [Flag.CD, 0].map(
              (flags) => () => testQuery(qname, qtype, { qclass, do: dnssecOk, flags }),
            ),
          ),
        ),
      ),
    );
    const first = [];
    for (const make of queries) first.push(await bench.say(make()));
    expect(new Set(first.map(({ answer }) => answer[0])).size).toBe(queries.length);
    for (const [i, make] of queries.entries()) expect(await bench.say(make())).toEqual(first[i]);
    // ANY's answer of type TXT answers ANY; TXT's answers TXT: all of them were kept.
    expect(bench.asked).toHaveLength(queries.length);
  });

  it("shows AD to those who ask for it only", async () => {
    const bench = new Bench().replies(Rcode.NOERROR, { answer: [A(60)], flags: Flag.AD });
    expect((await bench.say()).flags).toBe("");
    expect(
      (await bench.say(testQuery("www.a.test.", "A", { flags: Flag.RD | Flag.AD }))).flags,
    ).toBe("AD");
    expect((await bench.say()).flags).toBe("");
    expect(bench.asked).toHaveLength(1);
    expect((bench.asked[0]?.flags ?? 0) & Flag.AD).toBe(Flag.AD);
  });

  it("keeps a failure for five seconds and says so (RFC 9520)", async () => {
    const bench = new Bench().fails();
    await expect(bench.ask()).rejects.toThrow("no upstream");
    const reply = (await bench.ask()) as Reply;
    expect(reply.rcode).toBe(Rcode.SERVFAIL);
    expect(errorCodes(reply)).toEqual([13]);
    bench.wait(5);
    await expect(bench.ask()).rejects.toThrow("no upstream");
    expect(bench.asked).toHaveLength(2);
  });

  it("asks for a failure that is kept neither ahead of time nor behind the client's back", async () => {
    const bench = new Bench("cache {\n serve_stale\n prefetch 2\n}").fails();
    await expect(bench.ask()).rejects.toThrow("no upstream");
    for (let i = 0; i < 5; i++) {
      bench.wait(0.9);
      expect(((await bench.ask()) as Reply).rcode).toBe(Rcode.SERVFAIL);
    }
    expect(bench.asked).toHaveLength(1);
    bench.wait(1).answers(A(60));
    expect((await bench.say()).answer).toEqual([A(60)]);
  });

  it.each(["cache {\n servfail 0s\n}", "cache {\n disable denial a.test\n}"])(
    "%s keeps no failure",
    async (corefile) => {
      const bench = new Bench(corefile).fails();
      await expect(bench.ask()).rejects.toThrow("no upstream");
      await expect(bench.ask()).rejects.toThrow("no upstream");
    },
  );

  it("leaves names outside of its zones alone", async () => {
    const bench = new Bench("cache 30 b.test").answers(A(300));
    const options = parseCache(testDirective("cache 30 b.test"));
    const cache = new Cache(options, options.zones, bench.metrics, () => 0);
    expect(
      sections((await cache.serve(testQuery("www.a.test."), bench.next)) as Reply).answer,
    ).toEqual([A(300)]);
    expect(bench.metrics.requests.value).toBe(0);
  });

  it("disable success keeps no answers of a zone, but their TTL is capped", async () => {
    const bench = new Bench("cache 30 {\n disable success a.test\n}").answers(A(300));
    expect(await bench.ttl()).toBe(30);
    await bench.say();
    expect(bench.asked).toHaveLength(2);
  });

  it("keepttl does not count down", async () => {
    const bench = new Bench("cache {\n keepttl\n}").answers(A(300));
    await bench.say();
    bench.wait(299);
    expect(await bench.ttl()).toBe(300);
    bench.wait(1);
    await bench.say();
    expect(bench.asked).toHaveLength(2);
  });

  it("keeps no more entries than it has room for", async () => {
    const bench = new Bench("cache {\n success 1024\n}");
    bench.source = (query) => Reply.authoritative(records(`${query.qname} 60 IN A 192.0.2.1`));
    for (let i = 0; i < 1500; i++) await bench.say(testQuery(`n${i}.test.`));
    expect(bench.metrics.successEntries.value).toBe(1024);
    expect(bench.metrics.successEvictions.value).toBe(1500 - 1024);
  });

  it("has no more octets than its room, however large the replies", async () => {
    const bench = new Bench("cache {\n success 1024\n}");
    const text = `"${"x".repeat(250)}"`;
    bench.source = ({ qname }) => {
      return Reply.authoritative(records(`${qname} 60 IN TXT ${text.repeat(40)}`));
    };
    for (let i = 0; i < 1500; i++) await bench.say(testQuery(`n${i}.test.`, "TXT"));
    expect(bench.metrics.successEntries.value).toBeLessThan(400);
    expect(bench.metrics.successEntries.value).toBeGreaterThan(300);
  });

  it.each([
    ["names that do not exist", "denial"],
    ["names that all exist", "success"],
  ])("answers what is in use during a flood of %s", async (_what, kind) => {
    const bench = new Bench("cache 60");
    const isHot = ({ qname }: Query): boolean => qname.toString().startsWith("hot");
    bench.source = ({ qname }) => {
      if (kind === "success") return Reply.authoritative(records(`${qname} 60 IN A 192.0.2.1`));
      return Reply.negative(Rcode.NXDOMAIN, records(SOA)[0] as ResourceRecord);
    };
    const ask = (qname: string): void => void bench.ask(testQuery(qname));
    const [hotNames, floodNames] = [500, 30_000];
    const askHot = (i: number): void => ask(`hot${i % hotNames}.test.`);
    for (let i = 0; i < 2 * hotNames; i++) askHot(i);
    bench.asked = [];
    // 2,500 a second for twelve seconds; a hot name is asked for once a second.
    for (let i = 0; i < floodNames; i++) {
      ask(`flood${i}.test.`);
      if (i % 5 === 0) askHot(i / 5);
      if (i % 25 === 0) bench.nowMs += 10;
    }
    expect(bench.asked.filter(isHot).length).toBeLessThanOrEqual(0.01 * (floodNames / 5));
    bench.asked = [];
    for (let i = 0; i < hotNames; i++) askHot(i);
    // Whatever was pushed out, hardly any of it was hot.
    expect(bench.asked.length).toBeLessThanOrEqual(0.01 * hotNames);
    const { denialEvictions, successEvictions } = bench.metrics;
    expect(denialEvictions.value + successEvictions.value).toBeGreaterThan(20_000);
  });
});

describe("after a time-out", () => {
  it.each([
    ["cache", 1],
    ["cache {\n servfail 30s\n}", 30],
  ])("%s keeps the failure for %i s", async (corefile, seconds) => {
    const bench = new Bench(corefile);
    bench.timesOut();
    await expect(bench.ask()).rejects.toThrow("i/o timeout");
    bench.wait(seconds - 0.1);
    expect(errorCodes((await bench.ask()) as Reply)).toEqual([13]);
    bench.wait(0.1);
    await expect(bench.ask()).rejects.toThrow("i/o timeout");
  });

  it.each([
    [1, 1],
    [0.9, 5],
  ])(
    "of the source's own (SERVFAIL after %d s) keeps it for %i s",
    async (tookSeconds, seconds) => {
      const bench = new Bench();
      bench.source = async () => {
        bench.wait(tookSeconds);
        return new Reply(Rcode.SERVFAIL);
      };
      await bench.say();
      bench.wait(seconds - 0.1);
      await bench.say();
      expect(bench.asked).toHaveLength(1);
      bench.wait(0.1);
      await bench.say();
      expect(bench.asked).toHaveLength(2);
    },
  );

  it.each(["cache", "cache {\n servfail 30s\n}", "cache {\n disable denial\n}"])(
    "%s has the late answer stand in the failure's place",
    async (corefile) => {
      const bench = new Bench(corefile);
      const arrive = bench.timesOut();
      const failed = await Promise.allSettled([bench.ask(), bench.ask(), bench.ask()]);
      expect(failed.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
      await arrive(Reply.authoritative(records(A(60))));
      bench.wait(20);
      expect((await bench.say()).answer).toEqual([A(40)]);
      // Three that were refused, and one that waited for what came late.
      expect(bench.asked.map(({ isPatient }) => isPatient)).toEqual([false, false, false, true]);
    },
  );

  it("takes a late denial, and lets go of a failure for what may not be kept", async () => {
    const bench = new Bench("cache {\n servfail 30s\n}");
    let arrive = bench.timesOut();
    await expect(bench.ask()).rejects.toThrow("i/o timeout");
    await arrive(Reply.authoritative(records(A(0))));
    arrive = bench.timesOut();
    await expect(bench.ask()).rejects.toThrow("i/o timeout");
    await arrive(Reply.negative(Rcode.NXDOMAIN, records(SOA)[0] as ResourceRecord));
    expect((await bench.say()).rcode).toBe("NXDOMAIN");
  });

  it.each([new QueryError(Rcode.SERVFAIL, "nothing came"), new Reply(Rcode.SERVFAIL)])(
    "lets the failure be where nothing better comes, and waits again after the next one",
    async (late) => {
      const bench = new Bench();
      for (let i = 0; i < 2; i++) {
        const arrive = bench.timesOut();
        await expect(bench.ask()).rejects.toThrow("i/o timeout");
        await arrive(late);
        expect((await bench.say()).rcode).toBe("SERVFAIL");
        bench.wait(1);
      }
      expect(bench.asked.map(({ isPatient }) => isPatient)).toEqual([false, true, false, true]);
    },
  );

  it.each(["immediate", "verify 0", "verify 1h"])(
    "of a refresh (%s) the late answer refreshes the entry",
    async (mode) => {
      const bench = new Bench(`cache {\n serve_stale 1h ${mode}\n}`).answers(A(60));
      await bench.say();
      bench.wait(100);
      const arrive = bench.timesOut();
      expect((await bench.say()).answer).toEqual([A(0)]);
      await bench.settle();
      expect((await bench.say()).answer).toEqual([A(0)]);
      await bench.settle();
      await arrive(Reply.authoritative(records(A(60, "192.0.2.2"))));
      expect((await bench.say()).answer).toEqual([A(60, "192.0.2.2")]);
    },
  );

  it("of a prefetch the late answer replaces the entry", async () => {
    const bench = new Bench("cache {\n prefetch 1 1h\n}").answers(A(100));
    await bench.say();
    bench.wait(95);
    const arrive = bench.timesOut();
    await bench.say();
    await bench.settle();
    await arrive(Reply.authoritative(records(A(100, "192.0.2.2"))));
    expect((await bench.say()).answer).toEqual([A(100, "192.0.2.2")]);
  });
});

describe("a refresh", () => {
  const corefiles = ["serve_stale", "serve_stale 1h verify 1h", "prefetch 1 1h 90%"];

  it.each(corefiles)("goes the way of the client's query (%s)", async (property) => {
    for (const transport of ["udp", "tcp", "tls"] as const) {
      const bench = new Bench(`cache {\n ${property}\n}`).answers(A(60));
      const query = (): Query => testQuery("www.a.test.", "A", { transport });
      await bench.say(query());
      bench.wait(property.startsWith("prefetch") ? 50 : 100);
      await bench.say(query());
      await bench.settle();
      const [, refresh] = bench.asked;
      expect(refresh?.client.transport === "udp").toBe(transport === "udp");
    }
  });

  it.each(corefiles)("goes by TCP where UDP has no room (%s)", async (property) => {
    const bench = new Bench(`cache {\n ${property}\n}`).answers(A(60));
    await bench.say();
    bench.wait(property.startsWith("prefetch") ? 50 : 100);
    bench.source = ({ client }) => {
      if (client.transport === "udp") return new Reply(Rcode.NOERROR, Flag.TC);
      return Reply.authoritative(records(A(60, "192.0.2.2")));
    };
    await bench.say();
    await bench.settle();
    expect((await bench.say()).answer).toEqual([A(60, "192.0.2.2")]);
  });
});

describe("prefetch", () => {
  const corefile = "cache {\n prefetch 2 1m 20%\n}";

  it("fetches a popular entry once before it expires", async () => {
    const bench = new Bench(corefile).answers(A(100));
    await bench.say();
    await bench.say();
    bench.wait(50);
    await bench.say();
    expect(bench.asked).toHaveLength(1);
    bench.wait(30);
    bench.answers(A(100, "192.0.2.2"));
    await bench.say();
    await bench.say();
    await bench.settle();
    expect(bench.asked).toHaveLength(2);
    expect((await bench.say()).answer).toEqual([A(100, "192.0.2.2")]);
    expect(bench.metrics.prefetches.value).toBe(1);
  });

  it("leaves an entry with gaps between its hits alone", async () => {
    const bench = new Bench(corefile).answers(A(200));
    await bench.say();
    await bench.say();
    bench.wait(170);
    await bench.say();
    await bench.settle();
    expect(bench.asked).toHaveLength(1);
  });

  it("survives a source that fails", async () => {
    const bench = new Bench(corefile).answers(A(100));
    await bench.say();
    await bench.say();
    bench.wait(85);
    bench.fails();
    await bench.say();
    await bench.settle();
    expect((await bench.say()).answer).toEqual([A(15)]);
  });
});

describe("serve_stale", () => {
  it("answers from an expired entry and refreshes it behind the client's back", async () => {
    const bench = new Bench("cache {\n serve_stale\n}").answers(A(60));
    await bench.say();
    bench.wait(100);
    bench.answers(A(60, "192.0.2.2"));
    const stale = bench.ask() as Reply;
    expect(sections(stale).answer).toEqual([A(0)]);
    expect(errorCodes(stale)).toEqual([3]);
    void bench.ask();
    await bench.settle();
    expect((await bench.say()).answer).toEqual([A(60, "192.0.2.2")]);
    expect(bench.asked).toHaveLength(2);
    expect(bench.metrics.servedStale.value).toBe(2);
  });

  it("stops when the entry is too old", async () => {
    const bench = new Bench("cache {\n serve_stale 1m\n}").answers(A(60));
    await bench.say();
    bench.wait(121);
    bench.fails();
    await expect(bench.ask()).rejects.toThrow("no upstream");
  });

  it("marks a stale denial as such", async () => {
    const bench = new Bench("cache {\n serve_stale\n}").replies(Rcode.NXDOMAIN, {
      authority: [SOA],
    });
    await bench.say();
    bench.wait(310);
    expect(errorCodes(bench.ask() as Reply)).toEqual([19]);
  });

  it("gives a stale denial the TTL it is told to, above the SOA's minimum", async () => {
    const bench = new Bench("cache {\n serve_stale 1h immediate 500s\n}");
    bench.replies(Rcode.NXDOMAIN, { authority: [SOA] });
    await bench.say();
    bench.wait(130);
    expect(await bench.sentTtls(testQuery("www.a.test."))).toEqual(new Set([500]));
  });

  it("verify asks first, and falls back on failure", async () => {
    const bench = new Bench("cache {\n serve_stale 1h verify 0 30s\n}").answers(A(60));
    await bench.say();
    bench.wait(100);
    bench.fails();
    expect((await bench.say()).answer).toEqual([A(30)]);
    bench.answers(A(60, "192.0.2.2"));
    expect((await bench.say()).answer).toEqual([A(60, "192.0.2.2")]);
    expect((await bench.say()).answer).toEqual([A(60, "192.0.2.2")]);
    expect(bench.asked).toHaveLength(3);
  });

  it("verify waits no longer than it is told to", async () => {
    const bench = new Bench("cache {\n serve_stale 1h verify 5ms\n}").answers(A(60));
    await bench.say();
    bench.wait(100);
    let arrive: (reply: Reply) => void = () => {};
    bench.source = () =>
      new Promise<Reply>((resolve) => {
        arrive = resolve;
      });
    expect((await bench.say()).answer).toEqual([A(0)]);
    arrive(Reply.authoritative(records(A(60, "192.0.2.2"))));
    await bench.settle();
    expect((await bench.say()).answer).toEqual([A(60, "192.0.2.2")]);
  });

  it("leaves the source alone for a while after a failure, if told to", async () => {
    const bench = new Bench("cache {\n serve_stale 1h immediate 30s 30s\n}").answers(A(60));
    await bench.say();
    bench.wait(100);
    bench.fails();
    for (let i = 0; i < 3; i++) {
      expect((await bench.say()).answer).toEqual([A(30)]);
      await bench.settle();
    }
    expect(bench.asked).toHaveLength(2);
    bench.wait(31);
    await bench.say();
    expect(bench.asked).toHaveLength(3);
  });

  it("prefer_positive keeps an answer over a newer denial", async () => {
    const corefile = "cache {\n serve_stale\n serve_stale_policy prefer_positive\n}";
    const bench = new Bench(corefile).answers(A(60));
    await bench.say();
    bench.wait(100);
    bench.replies(Rcode.NXDOMAIN, { authority: [SOA] });
    await bench.say();
    await bench.settle();
    expect((await bench.say()).answer).toEqual([A(0)]);
  });
});
