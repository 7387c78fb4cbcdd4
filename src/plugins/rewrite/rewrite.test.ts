import { assert, array, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import type { EdnsOption } from "../../dns/edns.ts";
import { nsidOption } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { formatRrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome, Result } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { Trace } from "../../server/contract/trace.ts";
import { Validity } from "../../server/contract/validity.ts";
import type { TestContextOptions } from "../../testing/context.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { passedOn, records, sections, testQuery } from "../../testing/query.ts";
import { parseRewrite } from "./parse.ts";
import { Rewrite } from "./rewrite.ts";

/** The rules of a block, one directive a string. */
function make(rules: readonly string[], options: TestContextOptions = {}): Rewrite {
  const context: PluginContext = testContext(options);
  return new Rewrite(
    rules.map((text) => parseRewrite(testDirective(`rewrite ${text}`))),
    context,
  );
}

/** What comes out at the other side: `name type`. */
function askedFor(rewrite: Instance, query: Query): string {
  let asked = "";
  void rewrite.serve?.(query, ({ qname, qtype }) => {
    asked = `${qname.toString()} ${formatRrType(qtype)}`;
    return new Reply();
  });
  return asked;
}

/** Characters of the name that is asked for in the end; 0 if it has become none. */
function lengthAfter(rewrite: Instance, query: Query): number {
  try {
    return askedFor(rewrite, query).length;
  } catch (error) {
    if (error instanceof QueryError) return 0;
    throw error;
  }
}

describe("the question", () => {
  it.each([
    [["name old.test new.test"], "old.test.", "new.test."],
    [["name old.test new.test"], "a.old.test.", "a.old.test."],
    [["name exact OLD.test New.test"], "oLd.TEST.", "new.test."],
    [["name prefix www. web."], "www.test.", "web.test."],
    [["name prefix ww web"], "www.test.", "www.test."],
    [["name suffix .a.test .b.test"], "x.y.a.test.", "x.y.b.test."],
    [["name suffix a.test b.test"], "xa.test.", "xb.test."],
    [["name suffix .a.test .b.test"], "a.test.", "a.test."],
    [["name suffix .a.test .b.test"], "x\\.a.test.", "x\\.a.test."],
    [["name substring a.b x"], "a.b.a.b.test.", "x.x.test."],
    [["name regex (.*)-(x)\\.test {1}.y.{2}.test"], "p-q-x.test.", "p-q.y.x.test."],
    [["name regex ^(a)?b {1}c.test"], "b.test.", "c.test."],
    [["name regex (.*)\\.test\\. {1}.{1}"], "{0}.test.", "{0}.{0}."],
    [["name regex ^a\\$b\\.test {0}"], "a\\$b.test.", "a\\$b.test."],
    [["name a.test b.test", "name b.test c.test"], "a.test.", "b.test."],
    [["continue name a.test b.test", "name b.test c.test"], "a.test.", "c.test."],
    [["continue name a.test b.test", "continue name b.test a.test"], "a.test.", "a.test."],
    [["type A A", "name a.test b.test"], "a.test.", "a.test."],
  ])("%j: %s becomes %s", (rules, before, after) => {
    expect(askedFor(make(rules), testQuery(before))).toBe(`${after} A`);
  });

  it("gets another type", () => {
    const rewrite = make(["continue type ANY HINFO", "type HINFO TXT"]);
    expect(askedFor(rewrite, testQuery("a.test.", "ANY"))).toBe("a.test. TXT");
    expect(askedFor(rewrite, testQuery("a.test.", "A"))).toBe("a.test. A");
  });

  it.each([
    ["CH", "chaos", RrClass.CH],
    ["HS", "hesiod", RrClass.HS],
  ])("gets another class than %s, or is refused as if there were no rule", (name, kind, qclass) => {
    const rewrite = make([`continue class ${name} IN`]);
    expect(rewrite.accepts).toEqual([kind]);
    const classes: number[] = [];
    const next = (query: Query): Reply => (classes.push(query.qclass), new Reply());
    void rewrite.serve(testQuery("a.test.", "A", { qclass }), next);
    expect(classes).toEqual([RrClass.IN]);
    const stopped = make(["type TXT TXT", `class ${name} IN`]);
    const reply = stopped.serve(testQuery("a.test.", "TXT", { qclass }), next) as Reply;
    expect([reply.rcode, classes.length]).toEqual([Rcode.REFUSED, 1]);
  });

  it("of class CH goes on where another plugin answers those", () => {
    const rewrite = make(["class CH IN"], { directive: "chaos" });
    const plain = make(["type A A", "class CH IN"], { directive: "chaos" });
    const query = testQuery("a.test.", "A", { qclass: RrClass.CH });
    expect(askedFor(rewrite, query)).toBe("a.test. A");
    expect(askedFor(plain, query)).toBe("a.test. A");
  });

  it.each([
    ["label", "name suffix .test " + "a".repeat(64) + ".test", "x.test."],
    ["name", `name prefix a. ${"abcdefghi.".repeat(25)}`, "a.bcdef.ghi.test."],
    ["empty label", "name prefix a. b..", "a.test."],
    ["nothing", "name regex ^a {0}..", "a.test."],
  ])("that becomes too long, or no name (%s), is a clear failure", (_what, rule, qname) => {
    let failure: unknown;
    try {
      void make([rule]).serve(testQuery(qname), passedOn);
    } catch (error) {
      failure = error;
    }
    expect(failure).toBeInstanceOf(QueryError);
    const { rcode, extendedError, message } = failure as QueryError;
    expect(rcode).toBe(Rcode.SERVFAIL);
    expect(extendedError).toBeDefined();
    expect(message).toMatch(/^Cannot rewrite ".*": ".*" is not a domain name$/);
  });

  it("survives any rules in any order, and grows no further than a name can", () => {
    const rules = [
      "continue name substring a. a.a.a.",
      "continue name regex (.*) {1}{1}",
      "continue name suffix . .test",
      "continue name prefix a. b.a.",
      "continue name regex ^(([a-z]+[a-z]+)+[a-z]+)+$ {1}.",
      "continue name exact a. a.",
    ];
    assert(
      property(array(constantFrom(...rules), { maxLength: 40 }), (chosen) => {
        expect(lengthAfter(make(chosen), testQuery("a.b.a."))).toBeLessThan(1_100);
      }),
    );
  });
});

/** A source that knows every name; its answers say what was asked for. */
const source =
  (...lines: readonly string[]) =>
  ({ qname }: Query): Reply =>
    Reply.authoritative(records(...lines.map((line) => line.replaceAll("@", qname.toString()))));

async function say(rewrite: Instance, query: Query, next: (query: Query) => Result) {
  return sections(await (rewrite.serve?.(query, next) ?? next(query)));
}

describe("the reply", () => {
  it.each([
    ["name a.test b.test", "a.test.", "@ 1 IN A 192.0.2.1", "a.test. 1 IN A 192.0.2.1"],
    ["name a.test b.test", "a.test.", "@ 1 IN CNAME x.@", "a.test. 1 IN CNAME x.a.test."],
    [
      "name suffix .a.test .b.test",
      "x.a.test.",
      "@ 1 IN CNAME y.b.test.",
      "x.b.test. 1 IN CNAME y.b.test.",
    ],
    [
      "name suffix .a.test .b.test answer auto",
      "x.a.test.",
      "@ 1 IN CNAME Y.b.Test.",
      "x.a.test. 1 IN CNAME Y.a.test.",
    ],
    [
      "name suffix .a.test .b.test answer auto",
      "x.a.test.",
      "@ 1 IN CNAME b.test.",
      "x.a.test. 1 IN CNAME b.test.",
    ],
    ["name prefix a. b. answer auto", "a.test.", "@ 1 IN MX 1 x.@", "a.test. 1 IN MX 1 x.a.test."],
    [
      "name substring a. b. answer auto",
      "a.a.test.",
      "@ 1 IN NS b.test.",
      "a.a.test. 1 IN NS b.test.",
    ],
    [
      "name regex (.*)\\.a\\.test {1}.b.test answer name (.*)\\.b\\.test {1}.c.test",
      "x.a.test.",
      "@ 1 IN CNAME y.b.test.",
      "x.c.test. 1 IN CNAME y.b.test.",
    ],
    [
      "name suffix .test .test answer value (.*)\\.b\\. {1}.c",
      "a.test.",
      "@ 1 IN SRV 1 2 3 x.b.",
      "a.test. 1 IN SRV 1 2 3 x.c.",
    ],
    [
      "name suffix .test .test answer value b c value (.*) {1}d.",
      "a.test.",
      "@ 1 IN PTR b.",
      "a.test. 1 IN PTR c.",
    ],
    [
      "name exact a.test b.test answer value ^x y",
      "a.test.",
      '@ 1 IN NAPTR 1 2 "a" "b" "c" x.',
      'a.test. 1 IN NAPTR 1 2 "a" "b" "c" y.',
    ],
    [
      "name exact a.test b.test answer value ^x y",
      "a.test.",
      "@ 1 IN SOA x. x. 1 2 3 4 5",
      "a.test. 1 IN SOA y. x. 1 2 3 4 5",
    ],
    [
      "name exact a.test b.test answer value ^x y",
      "a.test.",
      "@ 1 IN DNAME x.",
      "a.test. 1 IN DNAME y.",
    ],
    [
      "name exact a.test b.test answer value ^x y",
      "a.test.",
      '@ 1 IN TXT "x."',
      'a.test. 1 IN TXT "x."',
    ],
    [
      "name suffix .arpa .arpa answer name auto answer value a b",
      "a.arpa.",
      "@ 1 IN PTR auto.",
      "a.arpa. 1 IN PTR b.",
    ],
  ])("%s: %s", async (rule, qname, line, expected) => {
    expect((await say(make([rule]), testQuery(qname), source(line))).answer).toEqual([expected]);
  });

  it("is changed in all sections, by the last rule first", async () => {
    const rewrite = make(["continue name a.test b.test", "name b.test c.test"]);
    const next = ({ qname }: Query): Reply => {
      const [one] = records(`x.${qname.toString()} 1 IN NS c.test.`);
      return Object.assign(new Reply(), { authority: [one], additional: [one] });
    };
    const { authority, additional } = await say(rewrite, testQuery("a.test."), next);
    expect([authority, additional]).toEqual([
      ["x.a.test. 1 IN NS a.test."],
      ["x.a.test. 1 IN NS a.test."],
    ]);
  });

  it("that would get a name too long is a failure", () => {
    const rewrite = make([`name ${"abcdefghi.".repeat(20)} b.test`]);
    const long = `${"a".repeat(60)}.b.test. 1 IN A 192.0.2.1`;
    const query = testQuery("abcdefghi.".repeat(20));
    expect(() => rewrite.serve(query, source(long))).toThrow("is not a domain name");
  });

  it("is neither proven nor written as the question, once its name is another one", async () => {
    const next = (query: Query): Reply => {
      const reply = Object.assign(source("@ 1 IN A 192.0.2.1")(query), { flags: Flag.AD });
      reply.repetition = { followsCase: true, count: () => {} };
      return reply;
    };
    const renamed = make(["name a.test b.test"]).serve(testQuery("a.test."), next) as Reply;
    expect([renamed.flags, Object.keys(renamed.repetition)]).toEqual([0, ["count"]]);
    const other = make(["ttl a.test 5"]).serve(testQuery("a.test."), next) as Reply;
    expect([other.flags, other.repetition.followsCase]).toEqual([Flag.AD, true]);
  });

  it("may be silence, and may take its time", async () => {
    const rewrite = make(["name a.test b.test"]);
    expect(rewrite.serve(testQuery("a.test."), () => DROPPED)).toBe(DROPPED);
    const later = (query: Query): Promise<Outcome> =>
      Promise.resolve(source("@ 1 IN A 192.0.2.1")(query));
    const { answer } = await say(rewrite, testQuery("a.test."), later);
    expect(answer).toEqual(["a.test. 1 IN A 192.0.2.1"]);
  });

  it("and its rule are in the trace, with file and line", () => {
    const query = testQuery("x.a.test.");
    const trace = (query.trace = new Trace());
    const step = trace.enter("rewrite");
    const rewrite = make(["continue name suffix .a.test .b.test", "ttl suffix .test 5"]);
    void rewrite.serve(query, passedOn);
    expect(step.notes).toEqual([
      'Corefile:2: "x.a.test. A" becomes "x.b.test. A" by "continue name suffix .a.test .b.test"',
      'Corefile:2: "x.b.test. A" is in for "ttl suffix .test 5"',
    ]);
  });
});

describe("metadata in a name", () => {
  const rules = [
    "name regex ^([^.]+)\\.test {1}.{k/Ns}.x metadata answer auto",
    "name a.test b.test",
  ];

  it("asks for another name for each client, and says so", async () => {
    const metadata = { "k/Ns": ({ client }: Query) => (client.port === 1 ? "Shop" : "") };
    const rewrite = make(rules, { metadata });
    const query = testQuery("a.test.", "A", { port: 1 });
    expect(askedFor(rewrite, query)).toBe("a.shop.x. A");
    expect(askedFor(rewrite, testQuery("a.test."))).toBe("b.test. A");
    const next = source("@ 1 IN A 192.0.2.1");
    for (const one of [query, testQuery("a.test.")]) {
      const reply = rewrite.serve(one, next) as Reply;
      expect(sections(reply).answer).toEqual(["a.test. 1 IN A 192.0.2.1"]);
      expect(reply.validity.isPerClient).toBe(true);
    }
    // A name that the rule does not match is for all.
    const other = rewrite.serve(testQuery("a.other."), next) as Reply;
    expect(other.validity.isPerClient).toBe(false);
  });
});

describe("TTLs", () => {
  it.each([
    ["15", [15, 15, 15]],
    ["30-300", [30, 100, 300]],
    ["-30", [10, 30, 30]],
    ["30-", [30, 100, 400]],
  ])("%s", async (bounds, expected) => {
    const lines = ["@ 10 IN A 192.0.2.1", "@ 100 IN A 192.0.2.1", "@ 400 IN A 192.0.2.1"];
    const { answer } = await say(
      make([`ttl a.test ${bounds}`]),
      testQuery("a.test."),
      source(...lines),
    );
    expect(answer.map((line) => Number(line.split(" ")[1]))).toEqual(expected);
  });

  it("of a denial are the operator's, or the SOA's minimum", async () => {
    const [soa] = records("test. 300 IN SOA a. a. 1 2 3 4 120");
    const ttlBy = (bounds: string): number | undefined => {
      const next = (): Reply => Object.assign(new Reply(Rcode.NXDOMAIN), { authority: [soa] });
      const reply = make([`ttl a.test ${bounds}`]).serve(testQuery("a.test."), next) as Reply;
      expect(reply.hasOrderedTtls).toBe(true);
      return reply.authority[0]?.ttlSeconds;
    };
    expect([ttlBy("600"), ttlBy("-600"), ttlBy("-60")]).toEqual([600, 120, 60]);
  });

  it.each([
    // TTL now, bounds, whether it goes on counting down, seconds until that is over.
    [300, "15", false, Infinity],
    [300, "30-100", false, 201],
    [60, "30-100", true, 31],
    [10, "30-100", false, Infinity],
    [300, "-100", false, 201],
  ])("that count down from %i do so between the bounds %s only", (ttl, bounds, counts, seconds) => {
    const fromMs = performance.now();
    const next = (query: Query): Reply => {
      const reply = source(`@ ${ttl} IN A 192.0.2.1`)(query);
      reply.repetition = { aging: { ttlSeconds: ttl, fromMs } };
      return reply;
    };
    const reply = make([`ttl a.test ${bounds}`]).serve(testQuery("a.test."), next) as Reply;
    expect(reply.repetition.aging !== undefined).toBe(counts);
    expect(reply.validity.untilMs).toBe(fromMs + seconds * 1_000);
  });
});

describe("response codes", () => {
  const failing = (): Result => {
    throw new QueryError(Rcode.SERVFAIL, "no upstream", { ede: 22, isTimeout: true });
  };

  it("change in replies and in failures, of which the rest stays", async () => {
    const rewrite = make(["rcode suffix .test SERVFAIL 0"]);
    const reply = rewrite.serve(testQuery("a.test."), () => new Reply(Rcode.SERVFAIL)) as Reply;
    expect(reply.rcode).toBe(Rcode.NOERROR);
    for (const next of [failing, async (): Promise<Outcome> => failing()]) {
      const error: unknown = await Promise.resolve()
        .then(() => rewrite.serve(testQuery("a.test."), next))
        .catch((failure: unknown) => failure);
      expect(error).toMatchObject({
        rcode: Rcode.NOERROR,
        message: "no upstream",
        isTimeout: true,
      });
      expect((error as QueryError).extendedError?.data.readUInt16BE(0)).toBe(22);
    }
    expect(() => rewrite.serve(testQuery("a.other."), failing)).toThrow("no upstream");
    const other = rewrite.serve(testQuery("a.test."), () => new Reply(Rcode.NXDOMAIN)) as Reply;
    expect(other.rcode).toBe(Rcode.NXDOMAIN);
  });

  it("above 15 need EDNS", () => {
    const rewrite = make(["rcode a.test NXDOMAIN BADCOOKIE"]);
    const next = (): Reply => new Reply(Rcode.NXDOMAIN);
    const rcodes = [true, false].map((edns) => {
      return (rewrite.serve(testQuery("a.test.", "A", edns ? { edns } : {}), next) as Reply).rcode;
    });
    expect(rcodes).toEqual([Rcode.BADCOOKIE, Rcode.SERVFAIL]);
  });
});

describe("an alias", () => {
  const answer = ["@ 9 IN CNAME x.test.", "x.test. 9 IN CNAME y.cdn.", "y.cdn. 9 IN A 192.0.2.1"];
  const rule = "cname regex (.*)\\.cdn\\. {1}.other.";
  const resolve = ({ qname }: Query): Reply => source("@ 5 IN A 192.0.2.2")({ qname } as Query);

  it.each([
    [rule, "y.other."],
    ["cname suffix .cdn .other", "y.other."],
    ["cname exact y.cdn other", "other."],
    ["cname y.cdn other", "other."],
    ["cname prefix y. z.", "z.cdn."],
    ["cname substring .c .d", "y.ddn."],
  ])("%s leads to %s", async (text, target) => {
    for (const later of [false, true]) {
      const host = {
        resolve: (query: Query) => (later ? Promise.resolve(resolve(query)) : resolve(query)),
      };
      const said = await say(make([text], { host }), testQuery("a.test."), source(...answer));
      expect(said.answer).toEqual([
        "a.test. 9 IN CNAME x.test.",
        `x.test. 9 IN CNAME ${target}`,
        `${target} 5 IN A 192.0.2.2`,
      ]);
    }
  });

  it("stays where it was if nothing matches, or the other name cannot be resolved", async () => {
    const fail = (): never => {
      throw new QueryError(Rcode.SERVFAIL, "over 8 steps");
    };
    const resolvers = [fail, () => Promise.reject(new Error("gone")), (): Outcome => DROPPED];
    for (const resolver of resolvers) {
      const rewrite = make([rule], { host: { resolve: resolver } });
      const said = await say(rewrite, testQuery("a.test."), source(...answer));
      expect(said.answer).toHaveLength(3);
      expect(said.answer[2]).toBe("y.cdn. 9 IN A 192.0.2.1");
    }
    const none = make(["cname q.cdn other"], { host: { resolve: fail } });
    expect((await say(none, testQuery("a.test."), source(...answer))).answer).toHaveLength(3);
  });

  it("holds good no longer than both answers, and is asked for each time", async () => {
    const host = { resolve: (query: Query) => resolve(query).narrow(Validity.perClient) };
    const reply = make([rule], { host }).serve(testQuery("a.test."), source(...answer)) as Reply;
    expect([reply.validity.isOnce, reply.validity.isPerClient]).toEqual([true, true]);
  });
});

describe("EDNS options", () => {
  /** What goes out, and what a client sees. */
  function exchange(
    rules: readonly string[],
    options: Parameters<typeof testQuery>[2] = { edns: true },
    said: Reply = new Reply(),
  ): { outgoing: string[]; seen: string[]; reply: Reply } {
    let outgoing: string[] = [];
    const reply = make(rules, { metadata: { "k/empty": () => "" } }).serve(
      testQuery("a.test.", "A", options),
      (query) => {
        outgoing = query.outgoing.map((option) => {
          return `${format(option)}${option.isPerClient ? " for one" : ""}`;
        });
        return said;
      },
    ) as Reply;
    return { outgoing, seen: reply.options.map(format), reply };
  }
  const format = ({ code, data }: EdnsOption): string => `${code}=${data.toString("hex")}`;
  const OWN = { options: [{ code: 65_518, data: Buffer.from("own") }] };
  const HEX = Buffer.from("own").toString("hex");

  it.each([
    ["local set 0xffee abcd", "65518=61626364"],
    ["local set 65518 0x6162", "65518=6162"],
    ["local set 0o177756 0x", "65518="],
    ["local append 0xffee a", "65518=61"],
    ["local replace 0xffee a", undefined],
    ["local set 0xffee {qname}", `65518=${Buffer.from("a.test.").toString("hex")}`],
    ["local set 0xffee {qtype}", "65518=0001"],
    ["local set 0xffee {client_ip}", "65518=7f000001 for one"],
    ["local set 0xffee {client_port}", "65518=9c40 for one"],
    ["local set 0xffee {protocol}", "65518=756470 for one"],
    ["local set 0xffee {server_ip}", "65518=7f000001 for one"],
    ["local set 0xffee {server_port}", "65518=0035 for one"],
    ["local set 0xffee {k/empty}", undefined],
    ["nsid set", "3="],
    ["nsid append", "3="],
    ["nsid replace", undefined],
    ["subnet set 24 56", "8=000118007f0000 for one"],
    ["subnet set 9 56", "8=000109007f00 for one"],
    ["subnet append 32 0", "8=000120007f000001 for one"],
    ["subnet set 0 0", "8=00010000"],
  ])("%s goes out as %s", (rule, expected) => {
    expect(exchange([`edns0 ${rule}`]).outgoing).toEqual(expected === undefined ? [] : [expected]);
    expect(exchange([`edns0 ${rule}`], {}).outgoing).toEqual(
      expected === undefined ? [] : [expected],
    );
  });

  it("tell of as much of an IPv6 address as they are told to", () => {
    const from = { edns: true, address: "2001:db8:ffff:ffff::1" };
    expect(exchange(["edns0 subnet set 24 33"], from).outgoing).toEqual([
      "8=0002210020010db880 for one",
    ]);
  });

  it.each([
    ["set", ["65518=61"]],
    ["replace", ["65518=61"]],
    ["append", []],
    ["unset", []],
  ])("of a client stay at home; %s on one of its own", (change, expected) => {
    const rule = `edns0 local ${change} 0xffee${change === "unset" ? "" : " a"}`;
    expect(exchange([rule], OWN).outgoing).toEqual(expected);
  });

  it("that were set can be taken back, and changed again", () => {
    const set = "continue edns0 local set 0xffee a";
    expect(exchange([set, "edns0 local unset 0xffee"]).outgoing).toEqual([]);
    expect(exchange([set, "edns0 local replace 0xffee b"]).outgoing).toEqual(["65518=62"]);
    expect(exchange([set, "edns0 local append 0xffee b"]).outgoing).toEqual(["65518=61"]);
  });

  it("that are local are seen by clients with EDNS, unless they are reverted", () => {
    expect(exchange(["edns0 local set 0xffee a"]).seen).toEqual(["65518=61"]);
    expect(exchange(["edns0 local set 0xffee a"], {}).seen).toEqual([]);
    expect(exchange(["edns0 local set 0xffee a revert"]).seen).toEqual([]);
    expect(exchange(["edns0 nsid set"]).seen).toEqual([]);
    const both = ["continue edns0 local set 0xffee a", "edns0 local replace 0xffee b revert"];
    expect(exchange(both)).toMatchObject({ seen: ["65518=61"], outgoing: ["65518=62"] });
  });

  it("of a reply stay, unless they are reverted", () => {
    const said = [nsidOption("x"), { code: 65_518, data: Buffer.from("own") }];
    const seen = (rule: string, isForwarded: boolean): string[] =>
      exchange(
        [`edns0 local ${rule}`],
        { edns: true },
        Object.assign(new Reply(), { options: said, isForwarded }),
      ).seen;
    for (const isForwarded of [true, false]) {
      expect(seen("set 0xffee a", isForwarded)).toEqual(["3=78", `65518=${HEX}`]);
      expect(seen("set 0xffee a revert", isForwarded)).toEqual(["3=78"]);
    }
    // An upstream that has had an option need not repeat it.
    expect(seen("set 0xffed a", true)).toEqual(["3=78", `65518=${HEX}`]);
    expect(seen("set 0xffed a", false)).toEqual(["3=78", `65518=${HEX}`, "65517=61"]);
  });

  it("that show who asks are seen by no other", () => {
    const isPerClient = (...asked: Parameters<typeof exchange>): boolean =>
      exchange(...asked).reply.validity.isPerClient;
    expect(isPerClient(["edns0 local set 0xffee {client_ip}"])).toBe(true);
    expect(isPerClient(["edns0 local set 0xffee {client_ip}"], {})).toBe(false);
    expect(isPerClient(["edns0 local set 0xffee {client_ip} revert"])).toBe(false);
    expect(isPerClient(["edns0 local set 0xffee a"])).toBe(false);
  });
});

it("finds names whatever octets they have", () => {
  const rewrite = make(["name suffix .test .other answer auto"]);
  for (let octet = 0; octet < 256; octet++) {
    const query = testQuery(".");
    query.qname = Name.fromWire(`\x02a${String.fromCharCode(octet)}\x04test\0`);
    const reply = rewrite.serve(query, ({ qname }) => {
      expect(qname.key.endsWith("\x05other\0")).toBe(true);
      return Reply.authoritative(records("x. 1 IN A 192.0.2.1").map((one) => one.withOwner(qname)));
    }) as Reply;
    expect(reply.answer[0]?.owner.key).toBe(query.qname.key);
  }
});
