import { createSocket } from "node:dgram";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answerTo } from "../testing/fake-upstream.ts";
import { settle, stopTime } from "../testing/hand-clock.ts";
import { until } from "../testing/until.ts";
import type { Bench } from "../testing/upstream-bench.ts";
import { openBench, request } from "../testing/upstream-bench.ts";

let bench: Bench | undefined;
beforeEach(stopTime);
afterEach(async () => {
  vi.useRealTimers();
  await bench?.close();
});

const overUdp = { overTcp: false };

it("sends a thousand queries in a row from a thousand ports", async () => {
  bench = await openBench(({ packet, reply }) => reply(answerTo(packet)), overUdp);
  for (let i = 0; i < 1000; i++) await bench.ask(`n${i}.test.`);
  const ports = bench.fake.received.map(({ port }) => port);
  expect(new Set(ports).size).toBeGreaterThanOrEqual(990);
  // Nor are they one behind the other.
  const steps = ports.slice(1).filter((port, i) => Math.abs(port - (ports[i] as number)) <= 2);
  expect(steps.length).toBeLessThan(100);
});

it("takes ids from all sixteen bits alike", async () => {
  bench = await openBench(({ packet, reply }) => reply(answerTo(packet)), overUdp);
  const { ask, fake } = bench;
  for (let i = 0; i < 40; i++) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => ask(`n${i}-${j}.test.`)));
  }
  const bins = Array.from({ length: 64 }, () => 0);
  for (const { id } of fake.received) bins[id >>> 10] = (bins[id >>> 10] as number) + 1;
  const expected = fake.received.length / 64;
  const chiSquare = bins.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 63 degrees of freedom: 63 on average, above 150 once in a hundred million runs.
  expect(chiSquare).toBeLessThan(150);
  expect(new Set(fake.received.map(({ id }) => id)).size).toBeGreaterThan(3700);
});

it("replaces a socket after 256 queries", async () => {
  bench = await openBench(({ packet, reply }) => reply(answerTo(packet)), {
    overTcp: false,
    settings: { maxIdle: 1 },
  });
  const { ask, fake } = bench;
  for (let i = 0; i < 520; i++) await ask(`n${i}.test.`);
  const uses = Map.groupBy(fake.received, ({ port }) => port);
  expect([...uses.values()].map(({ length }) => length)).toEqual([256, 256, 8]);
});

it("hears nobody but the upstream, though the reply is right", async () => {
  const stranger = createSocket("udp4").on("error", () => {});
  bench = await openBench(({ packet, port, reply }) => {
    stranger.send(answerTo(packet, "192.0.2.66"), port, "127.0.0.1");
    void settle().then(() => reply(answerTo(packet)));
  }, overUdp);
  expect(await bench.ask()).toBe("192.0.2.1");
  stranger.close();
});

it("takes a reply from the socket of its query only", async () => {
  const ports: number[] = [];
  const liar = createSocket("udp4").on("error", () => {});
  bench = await openBench(({ packet, port, reply }) => {
    ports.push(port);
    const [other] = ports;
    // The right id and question, but sent to where another query came from.
    if (packet.includes("two"))
      liar.send(answerTo(packet, "192.0.2.66"), other as number, "127.0.0.1");
    void settle().then(() => reply(answerTo(packet)));
  }, overUdp);
  const { ask } = bench;
  const one = ask("one.test.");
  await until(() => ports.length === 1);
  expect(await Promise.all([one, ask("two.test.")])).toEqual(["192.0.2.1", "192.0.2.1"]);
  expect(new Set(ports).size).toBe(2);
  liar.close();
});

it("fails at once what is sent from an address that the machine does not have", async () => {
  bench = await openBench(() => {}, { overTcp: false, localAddress: "192.0.2.77" });
  for (let i = 0; i < 3; i++) {
    const exchange = bench.upstream.exchange(request(), false, performance.now() + 5000);
    await expect(exchange).rejects.toThrow(/^udp .*: cannot assign requested address$/);
  }
});

it("sends from the address it is told to, each time from another port", async () => {
  const options = { overTcp: false, localAddress: "127.0.0.2" };
  bench = await openBench(({ packet, reply }) => reply(answerTo(packet)), options);
  for (let i = 0; i < 50; i++) expect(await bench.ask(`n${i}.test.`)).toBe("192.0.2.1");
  const { received } = bench.fake;
  expect(new Set(received.map(({ address }) => address))).toEqual(new Set(["127.0.0.2"]));
  expect(new Set(received.map(({ port }) => port)).size).toBeGreaterThan(45);
});

it("sends queries that come at the same time by ports of their own, too", async () => {
  bench = await openBench(({ packet, reply }) => reply(answerTo(packet)), overUdp);
  const { ask, fake } = bench;
  for (let i = 0; i < 10; i++) {
    await Promise.all(Array.from({ length: 100 }, (_, j) => ask(`n${i}-${j}.test.`)));
  }
  expect(new Set(fake.received.map(({ port }) => port)).size).toBeGreaterThanOrEqual(990);
});

it("takes its sockets in another order each time", async () => {
  bench = await openBench(({ packet, reply }) => reply(answerTo(packet)), {
    overTcp: false,
    settings: { maxIdle: 100 },
  });
  const { ask, fake } = bench;
  for (let i = 0; i < 400; i++) await ask(`n${i}.test.`);
  const ports = fake.received.map(({ port }) => port);
  const rounds = [100, 200, 300].map((start) => ports.slice(start, start + 100));
  for (const round of rounds) expect(new Set(round).size).toBe(100);
  const [one, two] = rounds as [number[], number[]];
  // One place of a hundred stays the same on average; a quarter of them never.
  expect(one.filter((port, at) => port === two[at]).length).toBeLessThan(25);
});
