import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { State } from "../../src/server/contract/state.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import type { Instance } from "../../src/server/contract/plugin.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import type { PluginOrder } from "../../src/server/plugin-order.ts";
import type { Query } from "../../src/server/contract/query.ts";
import type { Repetition } from "../../src/server/contract/reply.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

let nowMs = 100_000;
let state = new State();
let asked = 0;
let repetition: Repetition = {};
let untilMs = Infinity;
/** Records of the answer; `@` stands for the name asked for. */
let answer: readonly string[] = [];
let open: TableBench[] = [];

function serve(query: Query): Reply {
  asked++;
  const lines = answer.map((line) => line.replace("@", query.qname.toString().toLowerCase()));
  const reply = Reply.authoritative(records(...lines));
  reply.repetition = repetition;
  return reply.narrow(Validity.dependingOn(state)).narrow(Validity.until(untilMs));
}

function plugin(name: string, instance: Instance): PluginOrder[number] {
  return definePlugin({ name, parse: noArguments, create: () => instance });
}

async function bench(...instances: Instance[]): Promise<TableBench> {
  const list = instances.map((instance, i) => plugin(`plugin${i}`, instance));
  const names = instances.map((_instance, i) => `plugin${i}`);
  const opened = await TableBench.open(`.:53 {\n ${names.join("\n ")}\n }`, list);
  open.push(opened);
  return opened;
}

const source: Instance = { passable: true, serve };

function packet(line: string, id = 1): Buffer {
  return encodeQuestion(parseQuestion(line), id);
}

function lines(reply: Buffer | undefined): string[] {
  const message = reply && parseMessage(reply);
  return message ? message.answer.map(formatRecord) : ["none"];
}

/** Asks until the table could know. */
async function teach(target: TableBench, line: string): Promise<void> {
  await target.ask(packet(line));
  await target.ask(packet(line));
}

beforeEach(() => {
  vi.spyOn(performance, "now").mockImplementation(() => nowMs);
  state = new State();
  asked = 0;
  repetition = {};
  untilMs = Infinity;
  answer = ["@ 60 IN A 192.0.2.1"];
});

afterEach(async () => {
  for (const one of open) await one.close();
  open = [];
  vi.restoreAllMocks();
});

describe("the answer table", () => {
  it("knows what has been asked twice, and then asks nobody", async () => {
    const target = await bench(source);
    await target.ask(packet("a.test A"));
    expect(target.askTable(packet("a.test A"))).toBeUndefined();
    await target.ask(packet("a.test A"));
    expect(lines(await target.ask(packet("a.test A")))).toEqual(["a.test. 60 IN A 192.0.2.1"]);
    expect(asked).toBe(2);
  });

  it("answers with the client's id and RD", async () => {
    const target = await bench(source);
    await teach(target, "a.test A");
    expect(target.askTable(packet("a.test A +norec"))).toBeUndefined();
    await teach(target, "a.test A +norec");
    const reply = target.askTable(packet("a.test A +norec", 0xbeef));
    expect(reply?.readUInt16BE(0)).toBe(0xbeef);
    expect(reply?.readUInt16BE(2)).toBe(0x8400);
    expect(target.askTable(packet("a.test A"))?.readUInt16BE(2)).toBe(0x8500);
  });

  it("writes names as the question does where the plugin would", async () => {
    const target = await bench(source);
    await teach(target, "a.test A");
    expect(target.askTable(packet("A.tEst A"))).toBeUndefined();
    repetition = { followsCase: true };
    await teach(target, "b.test A");
    expect(lines(target.askTable(packet("B.tEst A")))).toEqual(["B.tEst. 60 IN A 192.0.2.1"]);
  });

  it("turns no addresses round that have an order, though those of others are", async () => {
    const target = await bench({ passable: "rotated", serve });
    answer = ["@ 60 IN A 192.0.2.1", "@ 60 IN A 192.0.2.2"];
    await teach(target, "a.test A");
    repetition = { isOrdered: true };
    await teach(target, "b.test A");
    const firsts = (name: string): Set<string | undefined> => {
      const asks = Array.from({ length: 40 }, () => lines(target.askTable(packet(`${name} A`)))[0]);
      return new Set(asks);
    };
    expect(firsts("a.test").size).toBe(2);
    expect(firsts("b.test")).toEqual(new Set(["b.test. 60 IN A 192.0.2.1"]));
  });

  it("tells types 65 and 97 apart, whose numbers look like letters", async () => {
    const target = await bench(source);
    await teach(target, "a.test TYPE65");
    expect(target.askTable(packet("a.test TYPE65"))).toBeDefined();
    expect(target.askTable(packet("a.test TYPE97"))).toBeUndefined();
  });

  it("keeps questions apart by EDNS, DO, RD, CD and AD", async () => {
    const target = await bench(source);
    const ad = packet("a.test A");
    ad.writeUInt8(0x20, 3);
    const shapes = ["", "+norec", "+edns", "+do", "+cd", "+do +cd"].map((one) =>
      packet(`a.test A ${one}`.trim()),
    );
    const all = [ad, ...shapes];
    for (const [i, one] of all.entries()) {
      await target.ask(one);
      await target.ask(one);
      const known = all.map((other) => target.askTable(other) !== undefined);
      expect(known).toEqual(all.map((_other, j) => j <= i));
    }
  });

  it("counts TTLs down, and ends in time", async () => {
    const target = await bench(source);
    repetition = { aging: { ttlSeconds: 30, fromMs: nowMs } };
    untilMs = nowMs + 30_000;
    answer = ["@ 30 IN A 192.0.2.1", "@ 30 IN TXT x"];
    await teach(target, "a.test A");
    const start = nowMs;
    const ttls: (string | undefined)[] = [];
    for (const age of [-1, 0, 999, 1_000, 29_999, 30_000]) {
      nowMs = start + age;
      ttls.push(
        lines(target.askTable(packet("a.test A")))
          .at(-1)
          ?.split(" ")[1],
      );
    }
    expect(ttls).toEqual(["30", "30", "30", "29", "1", undefined]);
  });

  it("begins with each of several addresses where they are to be rotated", async () => {
    const target = await bench({ ...source, passable: "rotated" });
    answer = ["@ 60 IN A 192.0.2.1", "@ 60 IN A 192.0.2.2", "@ 60 IN A 192.0.2.3"];
    await teach(target, "a.test A");
    const orders = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const given = lines(target.askTable(packet("a.test A")));
      expect(given.toSorted()).toEqual(answer.map((line) => line.replace("@", "a.test.")));
      orders.add(given.map((line) => line.at(-1)).join(""));
    }
    expect([...orders].toSorted()).toEqual(["123", "231", "312"]);
  });

  it("leaves alone what it cannot rotate", async () => {
    const target = await bench({ ...source, passable: "rotated" });
    answer = ["@ 60 IN MX 1 a.", "@ 60 IN MX 1 b."];
    await teach(target, "a.test MX");
    expect(target.askTable(packet("a.test MX"))).toBeUndefined();
    answer = ["@ 60 IN A 192.0.2.1", "@ 60 IN AAAA 2001:db8::1"];
    await teach(target, "a.test ANY");
    expect(target.askTable(packet("a.test ANY"))).toBeUndefined();
  });

  it("gives a long reply only to those who can take it, and keeps none that was cut", async () => {
    const target = await bench(source);
    answer = Array.from({ length: 40 }, (_, i) => `@ 60 IN A 192.0.2.${i}`);
    await teach(target, "a.test A +bufsize=600");
    expect(target.askTable(packet("a.test A +bufsize=1232"))).toBeUndefined();
    await teach(target, "a.test A +bufsize=1232");
    expect(lines(target.askTable(packet("a.test A +bufsize=4096")))).toHaveLength(40);
    expect(lines(target.askTable(packet("a.test A +bufsize=800")))).toHaveLength(40);
    expect(target.askTable(packet("a.test A +bufsize=600"))).toBeUndefined();
    expect(lines(await target.ask(packet("a.test A +bufsize=600"))).length).toBeLessThan(40);
  });

  it("forgets before a state is another", async () => {
    const target = await bench(source);
    await teach(target, "a.test A");
    await teach(target, "b.test A");
    expect(target.table.size).toBe(2);
    state.end();
    expect(target.table.size).toBe(0);
    expect(target.askTable(packet("a.test A"))).toBeUndefined();
    await target.ask(packet("a.test A"));
    expect(target.table.size).toBe(0);
  });

  it("forgets all of an endpoint at once, and takes no answer from before", async () => {
    const waiting: (() => void)[] = [];
    const slow: Instance["serve"] = async (query) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return serve(query);
    };
    const target = await bench({ passable: true, serve: slow });
    const first = target.ask(packet("a.test A"));
    waiting.pop()?.();
    await first;
    const second = target.ask(packet("a.test A"));
    target.endpoint.renew();
    waiting.pop()?.();
    await second;
    expect(target.table.size).toBe(0);
  });

  it.each<[string, Instance]>([
    ["does not say that it may be passed by", { serve: (query, next) => next(query) }],
    ["wants to see each query", { observe: () => {} }],
  ])("is not used where a plugin %s", async (_what, instance) => {
    const target = await bench(instance, source);
    await teach(target, "a.test A");
    await target.ask(packet("a.test A"));
    expect(asked).toBe(3);
    expect(target.table.size).toBe(0);
  });

  it("keeps what is asked for while a flood goes by, in the room it has", async () => {
    const target = await bench(source);
    answer = Array.from({ length: 10 }, (_, i) => `@ 60 IN TXT "${"x".repeat(30)}${i}"`);
    await teach(target, "hot.test TXT +edns");
    const hot = new Set<boolean>();
    for (let i = 0; i < 3_000; i++) {
      await teach(target, `flood-${i}.test TXT +edns`);
      if (i % 100 === 0) hot.add(target.askTable(packet("hot.test TXT +edns")) !== undefined);
    }
    expect([...hot]).toEqual([true]);
    expect(target.askTable(packet("hot.test TXT +edns"))).toBeDefined();
    expect(target.table.size).toBeGreaterThan(1_900);
    expect(target.table.size).toBeLessThanOrEqual(2_048);
  });

  it("lets no name in that comes only once", async () => {
    const target = await bench(source);
    for (let i = 0; i < 500; i++) await target.ask(packet(`once-${i}.test A`));
    expect(target.table.size).toBe(0);
  });

  it("tells the plugin of its hits, also of those of a reply that has expired", async () => {
    const target = await bench(source);
    let counted = 0;
    untilMs = nowMs + 1_000;
    repetition = { count: (hits) => (counted += hits) };
    await teach(target, "a.test A");
    for (let i = 0; i < 3; i++) await target.ask(packet("a.test A"));
    expect(counted).toBe(0);
    nowMs += 1_000;
    await target.ask(packet("a.test A"));
    expect(counted).toBe(3);
    expect(asked).toBe(3);
  });
});

describe("what is known over TCP and over UDP", () => {
  it("is the same, but for what UDP has no room for", async () => {
    const target = await bench(source);
    answer = Array.from({ length: 40 }, (_none, i) => `@ 60 IN A 192.0.2.${i + 1}`);
    target.transport = "tcp";
    await teach(target, "a.test A");
    expect(lines(target.askTable(packet("a.test A")))).toHaveLength(40);
    expect(lines(target.askTable(packet("A.test A +edns")))).toEqual(["none"]);
    target.transport = "udp";
    // 12 + 12 + 40 * 16 octets: more than 512.
    expect(target.askTable(packet("a.test A"))).toBeUndefined();
    const reply = await target.ask(packet("a.test A"));
    expect(reply?.length).toBeLessThan(513);
    await teach(target, "a.test A +edns");
    expect(lines(target.askTable(packet("a.test A +edns")))).toHaveLength(40);
    target.transport = "tcp";
    expect(lines(target.askTable(packet("a.test A +bufsize=512")))).toHaveLength(40);
  });

  it("is never a reply that UDP has cut", async () => {
    const target = await bench(source);
    answer = Array.from({ length: 80 }, (_none, i) => `@ 60 IN A 192.0.2.${i + 1}`);
    await teach(target, "a.test A +edns");
    target.transport = "tcp";
    expect(lines(await target.ask(packet("a.test A +edns")))).toHaveLength(80);
  });
});
