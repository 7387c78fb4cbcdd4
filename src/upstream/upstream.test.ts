import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReceivedQuery } from "../testing/fake-upstream.ts";
import { answerTo, emptyReplyTo, startFakeUpstream } from "../testing/fake-upstream.ts";
import { pass, passFor, passUntil, settle, stopTime } from "../testing/hand-clock.ts";
import { until } from "../testing/until.ts";
import type { Bench, BenchOptions } from "../testing/upstream-bench.ts";
import { addressed, clientTls, lies, openBench, request } from "../testing/upstream-bench.ts";
import type { UpstreamSettings } from "./upstream.ts";

let bench: Bench | undefined;
beforeEach(stopTime);
afterEach(async () => {
  vi.useRealTimers();
  await bench?.close();
});

const transports: readonly [string, BenchOptions][] = [
  ["UDP", { overTcp: false }],
  ["TCP", { overTcp: true }],
  ["TLS", { overTcp: false, tls: clientTls }],
];

describe.each(transports)("over %s", (_, options) => {
  async function open(
    answer: (query: ReceivedQuery) => void,
    changed?: Partial<UpstreamSettings>,
  ): Promise<Bench> {
    bench = await openBench(answer, changed ? { ...options, settings: changed } : options);
    return bench;
  }

  it("gives each of many queries under way at once its own answer, in any order", async () => {
    const waiting: ReceivedQuery[] = [];
    const { ask } = await open((query) => {
      waiting.push(query);
      if (waiting.length < 100) return;
      for (const { packet, reply } of waiting.toReversed()) reply(addressed(packet));
    });
    const names = Array.from({ length: 100 }, (_, i) => `n${i}.example.org.`);
    const found = await Promise.all(names.map(ask));
    expect(found).toEqual(names.map((_, i) => `10.0.0.${i}`));
  });

  it("goes on waiting after wrong and malformed packets, and finds nobody at fault", async () => {
    const { ask, upstream } = await open(({ packet, reply }) => {
      for (const lie of lies(packet)) reply(lie);
      void settle().then(() => reply(answerTo(packet)));
    });
    expect(await Promise.all([ask(), ask("b.example.org."), ask("c.example.org.")])).toEqual(
      Array.from({ length: 3 }, () => "192.0.2.1"),
    );
    expect(upstream.health.fails).toBe(0);
  });

  it("gives up at the read time-out if there is no reply, or lies only", async () => {
    const { ask, fake } = await open(
      ({ packet, reply }) => {
        for (const lie of lies(packet)) reply(lie);
      },
      { readTimeoutMs: 60 },
    );
    const asked = ask();
    await until(() => fake.received.length > 0);
    expect(await passFor(asked)).toEqual({ value: "timeout", ms: expect.toSatisfy(isAbout(60)) });
  });

  it("gives up at the deadline, though the read time-out is later", async () => {
    const { upstream, fake } = await open(() => {});
    const exchange = upstream.exchange(request(), options.overTcp, performance.now() + 60);
    const failure = exchange.then(String, String);
    await until(() => fake.received.length > 0);
    expect(await passFor(failure)).toEqual({
      value: expect.stringMatching(/i\/o timeout$/),
      ms: expect.toSatisfy(isAbout(60)),
    });
  });

  it("tells at once that the port is closed", async () => {
    const closed = await startFakeUpstream(() => {});
    await closed.close();
    bench = await openBench(() => {}, { ...options, port: closed.port });
    const deadlineMs = performance.now() + 5000;
    const exchange = bench.upstream.exchange(request(), options.overTcp, deadlineMs);
    await expect(exchange).rejects.toThrow(/connection refused$/);
  });

  it("passes response codes on as replies", async () => {
    const { upstream } = await open(({ packet, reply }) => reply(emptyReplyTo(packet, 2)));
    const reply = await upstream.exchange(request(), options.overTcp, performance.now() + 5000);
    expect(reply).toMatchObject({ rcode: 2, answer: [] });
  });

  it("fails what is under way when it is stopped, and takes nothing after that", async () => {
    const { ask, upstream } = await open(({ packet, reply }) => {
      if (packet.includes("ready")) reply(answerTo(packet));
    });
    await ask("ready.example.org.");
    const underWay = [ask("a.example.org."), ask("b.example.org.")];
    upstream.stop();
    expect(await Promise.all(underWay)).toEqual(["network", "network"]);
    expect(await ask()).toBe("network");
  });

  it("uses a socket again, and one that was idle for too long no more", async () => {
    const { ask, fake, metrics } = await open(({ packet, reply }) => reply(answerTo(packet)), {
      expireMs: 150,
      maxIdle: 1,
    });
    await ask("a.example.org.");
    await ask("b.example.org.");
    await pass(400);
    await ask("c.example.org.");
    const [first, second, third] = fake.received.map(({ port }) => port);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    const text = await metrics.text();
    expect(text).toMatch(/coredns_proxy_conn_cache_hits_total\{proxy_name="test",.*\} 1$/m);
    expect(text).toMatch(/coredns_proxy_conn_cache_misses_total\{proxy_name="test",.*\} 2$/m);
  });

  it("replaces a socket that is too old", async () => {
    const { ask, fake } = await open(({ packet, reply }) => reply(answerTo(packet)), {
      maxAgeMs: 100,
      maxIdle: 1,
    });
    await ask("a.example.org.");
    await pass(150);
    await ask("b.example.org.");
    expect(new Set(fake.received.map(({ port }) => port)).size).toBe(2);
  });

  it("counts replies by their code, and how long they took", async () => {
    const { ask, metrics } = await open(({ packet, reply }) => {
      reply(packet.includes("none") ? emptyReplyTo(packet, 3) : answerTo(packet));
    });
    for (const asked of ["a.test.", "b.test.", "none.test."]) await ask(asked);
    const text = await metrics.text();
    const count = "coredns_proxy_request_duration_seconds_count";
    expect(text).toMatch(new RegExp(`^${count}\\{.*rcode="NOERROR".*\\} 2$`, "m"));
    expect(text).toMatch(new RegExp(`^${count}\\{.*rcode="NXDOMAIN".*\\} 1$`, "m"));
  });
});

/** The timer wheel may be a step late, and so may be who looks. */
function isAbout(dueMs: number): (ms: number) => boolean {
  return (ms) => ms >= dueMs && ms <= dueMs + 50;
}

describe("the health check", () => {
  it("counts failures until the upstream replies again, over the same transport", async () => {
    let isUp = false;
    bench = await openBench(
      ({ packet, reply }) => {
        if (isUp) reply(answerTo(packet));
      },
      { overTcp: false, tls: clientTls },
    );
    const { upstream, fake, metrics } = bench;
    // The first probe waits for its second of patience; what is left of it is cut short.
    upstream.health.begin();
    await until(() => fake.received.length > 0);
    await passUntil(() => upstream.health.fails > 0);
    expect(fake.received[0]?.packet.subarray(2).toString("hex")).toBe(
      "010000010000000000000000020001",
    );
    isUp = true;
    await passUntil(() => upstream.health.fails === 0);
    expect(await metrics.text()).toMatch(
      /^coredns_proxy_healthcheck_failures_total\{proxy_name="test",to="127.0.0.1:\d+"\} 1$/m,
    );
  });
});
