import { afterEach, beforeEach, expect, it } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import { State } from "../../src/server/contract/state.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import type { SlotClass } from "../../src/server/table/layout.ts";
import { SLOT_CLASSES } from "../../src/server/table/layout.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

const REPLIES = 1_000;
/** What a turn of the event loop may do to replies that nobody waits for. */
const MAX_A_TURN = 32;

let bench: TableBench;
let state: State;
/** Of which replies the plugin was told since the last look, and how many hits there were in all. */
let told = 0;
let hits = 0;
const packets = Array.from({ length: REPLIES }, (_none, i) => request(`name-${i}.test`));

function request(name: string): Buffer {
  return encodeQuestion(parseQuestion(`${name} A`), 1);
}

beforeEach(async () => {
  state = new State();
  [told, hits] = [0, 0];
  const plugin = definePlugin({
    name: "source",
    parse: noArguments,
    create: () => ({
      passable: true,
      serve(query) {
        const reply = Reply.authoritative(records(`${query.qname.toString()} 60 IN A 192.0.2.1`));
        const count = (more: number): void => {
          told++;
          hits += more;
        };
        reply.repetition = { count };
        return reply.narrow(Validity.dependingOn(state));
      },
    }),
  });
  bench = await TableBench.open(".:53 {\n source\n }", [plugin]);
  for (const packet of packets) for (let i = 0; i < 2; i++) await bench.ask(packet);
});
afterEach(() => bench.close());

function askAll(): number {
  return packets.filter((packet) => bench.askTable(packet)).length;
}

/** How many replies the plugin is told of in each turn, until all hits are counted. */
async function turns(): Promise<number[]> {
  const all: number[] = [];
  for (let isDone = false; !isDone; isDone = hits >= REPLIES) {
    told = 0;
    await new Promise((resolve) => setImmediate(resolve));
    all.push(told);
  }
  return all;
}

it("counts hits piece by piece, and a scrape has all of them", async () => {
  expect(askAll()).toBe(REPLIES);
  const text = bench.metrics.text();
  expect(told).toBe(0);
  const each = await turns();
  expect(Math.max(...each)).toBeLessThanOrEqual(MAX_A_TURN);
  await text;
  expect(hits).toBe(REPLIES);
  askAll();
  await bench.metrics.text();
  expect(hits).toBe(2 * REPLIES);
});

it.each<[string, () => void]>([
  ["a state of all of them ends", () => state.end()],
  ["an endpoint begins anew", () => bench.endpoint.renew()],
  ["an endpoint is closed", () => bench.endpoint.close()],
])("answers with none of them from the moment that %s, and clears up later", async (_what, end) => {
  askAll();
  end();
  expect(told).toBe(0);
  expect(askAll()).toBe(0);
  const each = await turns();
  expect(Math.max(...each)).toBeLessThanOrEqual(MAX_A_TURN);
  expect(hits).toBe(REPLIES);
  await bench.table.count();
  expect(bench.table.size).toBe(0);
});

it("keeps the next reply to a question whose last one has not been cleared up", async () => {
  state.end();
  state = new State();
  const last = packets.at(-1) as Buffer;
  for (let i = 0; i < 2; i++) await bench.ask(last);
  expect(bench.askTable(last)).toBeDefined();
  await bench.table.count();
  expect(bench.table.size).toBe(1);
  expect(bench.askTable(last)).toBeDefined();
});

it("looks at a few slots for a new reply, even where all are wanted", async () => {
  const [, { count }] = SLOT_CLASSES as [SlotClass, SlotClass];
  const long = (i: number): Buffer => request(`${`${"x".repeat(50)}.`.repeat(4)}long-${i}.test`);
  for (let i = 0; i < count; i++) {
    for (let twice = 0; twice < 2; twice++) await bench.ask(long(i));
    bench.askTable(long(i));
  }
  expect([bench.table.size, told]).toEqual([REPLIES + count, 0]);
  for (let twice = 0; twice < 2; twice++) await bench.ask(long(count));
  expect(told).toBe(256);
  expect(bench.table.size).toBe(REPLIES + count);
  // Those were not hit since: so some day the hand of the clock finds some that are not wanted.
  for (let i = 0; i < count / 256; i++) await bench.ask(long(count));
  expect(bench.askTable(long(count))).toBeDefined();
});
