import type { Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { createSecureContext } from "node:tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReceivedQuery } from "../testing/fake-upstream.ts";
import { answerTo } from "../testing/fake-upstream.ts";
import { pass, passFor, settle, stopTime } from "../testing/hand-clock.ts";
import { until } from "../testing/until.ts";
import { frame } from "../dns/frame-reader.ts";
import type { Bench, BenchOptions } from "../testing/upstream-bench.ts";
import {
  addressed,
  clientTls,
  openBench,
  request,
  certificate,
} from "../testing/upstream-bench.ts";

let bench: Bench | undefined;
beforeEach(stopTime);
afterEach(async () => {
  vi.useRealTimers();
  await bench?.close();
});

async function open(
  answer: (query: ReceivedQuery) => void,
  options: Partial<BenchOptions> = {},
): Promise<Bench> {
  bench = await openBench(answer, { overTcp: true, ...options });
  return bench;
}

function connectionsOf({ fake }: Bench): number {
  return new Set(fake.received.map(({ port }) => port)).size;
}

const echo = ({ packet, reply }: ReceivedQuery): void => reply(answerTo(packet));
const names = Array.from({ length: 100 }, (_, i) => `n${i}.test.`);

it("sends many queries by few connections", async () => {
  const { ask } = await open(({ packet, reply }) => reply(addressed(packet)));
  expect(await Promise.all(names.map(ask))).toEqual(names.map((_, i) => `10.0.0.${i}`));
  expect(connectionsOf(bench as Bench)).toBeLessThanOrEqual(7);
});

it("sends queries one after the other by one connection", async () => {
  const { ask } = await open(echo);
  for (const name of names) expect(await ask(name)).toBe("192.0.2.1");
  expect(connectionsOf(bench as Bench)).toBe(1);
});

it("reads replies in pieces, and several in one", async () => {
  const waiting: Buffer[] = [];
  const { ask } = await open(({ packet, connection }) => {
    waiting.push(frame(addressed(packet)));
    if (waiting.length === 3) void writePieces(connection as Socket, Buffer.concat(waiting));
  });
  const found = await Promise.all(["n1.test.", "n2.test.", "n3.test."].map(ask));
  expect(found).toEqual(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
});

async function writePieces(connection: Socket, octets: Buffer): Promise<void> {
  for (const [start, end] of [[0, 1], [1, 21], [21]]) {
    connection.write(octets.subarray(start, end));
    await settle();
  }
}

it("never gives a reply to the wrong query, though the ids go round many times", async () => {
  const { ask } = await open(({ packet, reply }) => reply(addressed(packet)));
  let wrong = 0;
  const lane = async (first: number): Promise<void> => {
    for (let i = first; i < 70_000; i += 50) {
      if ((await ask(`n${i % 200}.t${i}.`)) !== `10.0.0.${i % 200}`) wrong++;
    }
  };
  await Promise.all(Array.from({ length: 50 }, (_, first) => lane(first)));
  expect(wrong).toBe(0);
});

describe("when the upstream closes a connection", () => {
  it("sends what was under way once more, each by a new one", async () => {
    let served = 0;
    const { ask } = await open(({ packet, reply, connection }) => {
      if (++served === 2) connection?.destroy();
      else reply(answerTo(packet));
    });
    await ask("first.test.");
    expect(await Promise.all(["a.test.", "b.test.", "c.test."].map(ask))).toEqual([
      "192.0.2.1",
      "192.0.2.1",
      "192.0.2.1",
    ]);
    expect(connectionsOf(bench as Bench)).toBe(4);
  });

  it("does not notice it if it was idle", async () => {
    const { ask, fake } = await open(echo);
    await ask("first.test.");
    fake.received[0]?.connection?.end();
    expect(await ask("second.test.")).toBe("192.0.2.1");
  });

  it("fails if it closes every connection before any reply", async () => {
    const { ask } = await open(({ connection }) => connection?.destroy());
    expect(await ask()).toBe("network");
    expect((bench as Bench).fake.received).toHaveLength(1);
  });

  it("fails if it speaks something else than DNS", async () => {
    const { ask } = await open(({ connection }) => connection?.write("\0\0HTTP/1.1 400\r\n"));
    expect(await ask()).toBe("network");
  });
});

it("uses a connection no more on which a reply is missing, but waits for the others", async () => {
  const held: ReceivedQuery[] = [];
  const { ask } = await open(
    (query) => {
      if (query.packet.includes("silent")) return;
      if (query.packet.includes("slow")) held.push(query);
      else echo(query);
    },
    { settings: { readTimeoutMs: 200 } },
  );
  await ask("first.test.");
  const silent = ask("silent.test.");
  await pass(125);
  const slow = ask("slow.test.");
  await until(() => held.length > 0);
  expect((await passFor(silent)).value).toBe("timeout");
  held.forEach(echo);
  expect([await slow, await ask("next.test.")]).toEqual(["192.0.2.1", "192.0.2.1"]);
  expect(connectionsOf(bench as Bench)).toBe(2);
});

describe("TLS", () => {
  const overTls = { overTcp: false, tls: clientTls };

  it("resumes the session of the connection before", async () => {
    const { ask, fake } = await open(echo, { ...overTls, settings: { maxAgeMs: 50 } });
    await ask("a.test.");
    await pass(100);
    await ask("b.test.");
    const sockets = fake.received.map(({ connection }) => connection);
    const kinds = sockets.map((socket) =>
      (socket as TLSSocket).isSessionReused() ? "resumed" : "new",
    );
    expect(kinds).toEqual(["new", "resumed"]);
  });

  const cases: readonly [string, Partial<typeof clientTls>, RegExp][] = [
    ["is for another name", { serverName: "other.example.test" }, /does not match|altnames/],
    ["is signed by nobody we know", { context: createSecureContext({}) }, /verify|self.signed/],
  ];
  it.each(cases)("refuses a certificate that %s", async (_, change, message) => {
    const { upstream, fake } = await open(echo, { ...overTls, tls: { ...clientTls, ...change } });
    const exchange = upstream.exchange(request(), false, performance.now() + 5000);
    await expect(exchange).rejects.toThrow(message);
    expect(fake.received).toEqual([]);
  });

  it("finds the address in the certificate if no name is given", async () => {
    const tls = { ...clientTls, serverName: undefined };
    const { ask } = await open(echo, { ...overTls, tls });
    expect(await ask()).toBe("192.0.2.1");
  });

  it("shows a certificate of its own", async () => {
    const context = createSecureContext({
      ca: certificate("ca.pem"),
      cert: certificate("client.pem"),
      key: certificate("client.key"),
    });
    const { ask } = await open(echo, { ...overTls, tls: { ...clientTls, context } });
    expect(await ask()).toBe("192.0.2.1");
  });
});
