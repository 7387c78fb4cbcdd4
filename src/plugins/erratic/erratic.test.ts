import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { RrClass } from "../../dns/iana/rr-class.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { TooManyWaiting } from "../../server/pipeline/waiting-queries.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import { erratic } from "./index.ts";

function create(...bodies: readonly string[]): Instance {
  const all = bodies.map((body) => erratic.parse(testDirective(`erratic {\n${body}\n}`)));
  const instance = erratic.create?.(erratic.merge?.(all), testContext());
  if (!instance) throw new Error("no instance");
  return instance;
}

/** What comes of some queries, one after the other: `A`, `A TC` or `DROPPED`. */
async function outcomes(instance: Instance, count: number): Promise<string[]> {
  const found: string[] = [];
  for (let i = 0; i < count; i++) {
    const { rcode, flags } = await ask(instance, testQuery("a.test."));
    found.push(rcode === "DROPPED" ? rcode : flags);
  }
  return found;
}

describe("erratic", () => {
  it.each([
    ["A", "a.test. 0 IN A 192.0.2.53"],
    ["AAAA", "a.test. 0 IN AAAA 2001:db8::53"],
  ])("answers %s", async (qtype, record) => {
    expect(await ask(create("drop 0"), testQuery("a.test.", qtype))).toEqual({
      rcode: "NOERROR",
      flags: "AA",
      answer: [record],
      authority: [],
      additional: [],
    });
  });

  it("fails for other types and classes", async () => {
    const instance = create("drop 0");
    for (const query of [
      testQuery("a.test.", "MX"),
      testQuery("a.test.", "IXFR"),
      testQuery("a.test.", "A", { qclass: RrClass.CH }),
    ]) {
      expect(await ask(instance, query)).toMatchObject({ rcode: "SERVFAIL", flags: "" });
    }
  });

  it.each([
    ["", ["DROPPED", "AA", "DROPPED", "AA", "DROPPED"]],
    ["drop", ["DROPPED", "AA", "DROPPED", "AA", "DROPPED"]],
    ["drop 3", ["DROPPED", "AA", "AA", "DROPPED", "AA"]],
    ["drop 0", ["AA", "AA", "AA", "AA", "AA"]],
    ["truncate", ["AA TC", "AA", "AA TC", "AA", "AA TC"]],
    ["truncate 3", ["AA TC", "AA", "AA", "AA TC", "AA"]],
    ["truncate 1", ["AA TC", "AA TC", "AA TC", "AA TC", "AA TC"]],
    ["truncate 2\n drop 4", ["DROPPED", "AA", "AA TC", "AA", "DROPPED"]],
    ["delay 0", ["DROPPED", "AA", "DROPPED", "AA", "DROPPED"]],
    ["delay 4 0s", ["AA", "AA", "AA", "AA", "AA"]],
  ])("with %j the first five queries come to %j", async (body, expected) => {
    expect(await outcomes(create(body), 5)).toEqual(expected);
  });

  it("takes the last word of several directives on each matter", async () => {
    const instance = create("drop 1\n truncate 3", "drop 2");
    expect(await outcomes(instance, 4)).toEqual(["DROPPED", "AA", "DROPPED", "AA TC"]);
  });

  it("has thirty addresses where it is to be large", async () => {
    const instance = create("drop 0\n large");
    expect((await ask(instance, testQuery("a.test."))).answer.length).toBe(30);
    expect((await ask(instance, testQuery("a.test.", "AAAA"))).answer.length).toBe(1);
  });

  it("is ready with three and four queries only", async () => {
    const instance = create("");
    const ready: boolean[] = [];
    for (let i = 0; i < 6; i++) {
      ready.push(instance.notReady?.() === undefined);
      await ask(instance, testQuery("a.test."));
    }
    expect(ready).toEqual([false, false, false, true, true, false]);
  });

  it("lets no reply be repeated", async () => {
    const instance = create("drop 0");
    const reply = await instance.serve?.(testQuery("a.test."), passedOn);
    expect(reply instanceof Reply && reply.validity.isOnce).toBe(true);
    expect(instance.passable).toBeUndefined();
  });
});

describe("a transfer from erratic", () => {
  const soa =
    "z.test. 0 IN SOA sns.dns.icann.org. noc.dns.icann.org. 2018050825 7200 3600 1209600 3600";
  const records = [
    soa,
    "z.test. 0 IN NS b.z.test.",
    "z.test. 0 IN NS a.z.test.",
    "a.z.test. 0 IN AAAA 2001:bd8::53",
    "b.z.test. 0 IN AAAA 2001:500::54",
  ];
  const query = testQuery("z.test.", "AXFR", { transport: "tcp" });

  it("is a small zone", async () => {
    const { rcode, answer } = await ask(create("drop 0"), query);
    expect([rcode, ...answer]).toEqual(["NOERROR", ...records, soa]);
  });

  it("has no end where it is truncated", async () => {
    expect((await ask(create("truncate 1"), query)).answer).toEqual(records);
  });

  it("is none over UDP", async () => {
    expect(await ask(create("drop 0"), testQuery("z.test.", "AXFR"))).toMatchObject({
      rcode: "FORMERR",
      answer: [],
    });
  });

  it("is there also for a name that no label fits in front of", async () => {
    const long = `${"a".repeat(63)}.`.repeat(3) + `${"a".repeat(61)}.`;
    const { answer } = await ask(create("drop 0"), testQuery(long, "AXFR", { transport: "tcp" }));
    expect(answer.length).toBe(6);
  });
});

describe("a late reply of erratic", () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
  afterEach(() => void vi.useRealTimers());

  it.each([
    ["delay 2", 100],
    ["delay 2 2s", 2_000],
    ["delay", 100],
  ])("comes when its time has come: %s", async (body, ms) => {
    const instance = create(body);
    const told = vi.fn<() => void>();
    const late = Promise.resolve(ask(instance, testQuery("a.test."))).then(told);
    expect(instance.serve?.(testQuery("a.test."), passedOn)).toBeInstanceOf(Reply);
    await vi.advanceTimersByTimeAsync(ms - 1);
    expect(told).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    await late;
    expect(told).toHaveBeenCalledOnce();
  });

  it("is none where too many queries wait already", () => {
    const query = Object.assign(testQuery("a.test."), { mayWait: false });
    expect(() => create("delay 1").serve?.(query, passedOn)).toThrow(TooManyWaiting);
  });
});

it.each([
  ["erratic a", "unexpected argument"],
  ["erratic {\n drop 1 2\n}", "unexpected argument"],
  ["erratic {\n drop -1\n}", "less than 0"],
  ["erratic {\n drop many\n}", "not an integer"],
  ["erratic {\n truncate 2147483648\n}", "more than 2147483647"],
  ["erratic {\n delay 2 soon\n}", "not a duration"],
  ["erratic {\n delay 2 1s 3\n}", "unexpected argument"],
  ["erratic {\n large very\n}", "takes no argument"],
  ["erratic {\n refuse 2\n}", "unknown property"],
])("erratic refuses %j", (text, message) => {
  expect(() => erratic.parse(testDirective(text))).toThrow(message);
  expect(() => erratic.parse(testDirective(text))).toThrow(/^Corefile:[23]: plugin\/erratic: /);
});
