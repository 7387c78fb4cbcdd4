import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { answerTo } from "../../testing/fake-upstream.ts";
import { request } from "../../testing/upstream-bench.ts";
import { testDirective } from "../../testing/context.ts";
import type { Exchange, Waiter } from "../../upstream/exchange.ts";
import { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { timeoutError } from "../../upstream/upstream-error.ts";
import { Errand } from "./errand.ts";
import { parseForward } from "./parse.ts";
import { patienceMs } from "./patience.ts";

const asked = request();
const good = parseMessage(answerTo(asked.packet(1))) as Message;

/** What an upstream does after how many milliseconds; it is silent without a plan. */
type Plan = { replyAfterMs: number } | { failAfterMs: number } | undefined;

let wheel: TimerWheel;
/** Who was asked, and when: `a 0`, `b 150`. */
let log: string[];

beforeEach(() => {
  vi.useFakeTimers();
  wheel = new TimerWheel();
  log = [];
});
afterEach(() => {
  wheel.stop();
  vi.useRealTimers();
});

function upstream(name: string, plan: Plan): Upstream {
  let isDoubted = false;
  const stub = {
    health: { fails: 0 },
    isTls: false,
    isDoubted: () => isDoubted,
    doubt: () => (isDoubted = true),
    send(_request: unknown, _overTcp: boolean, deadlineMs: number, waiter: Waiter): Exchange {
      log.push(`${name} ${now()}`);
      const exchange = {} as Exchange;
      const fail = (): void => waiter.onFailure(timeoutError(name), exchange);
      if (plan && "replyAfterMs" in plan) {
        setTimeout(() => waiter.onReply(good, exchange), plan.replyAfterMs);
      } else setTimeout(fail, plan ? plan.failAfterMs : deadlineMs - performance.now());
      return exchange;
    },
  };
  return stub as unknown as Upstream;
}

let beganMs = 0;

/** To the wheel's ticks of 25 ms, which may be late by one. */
function now(): number {
  return Math.floor((performance.now() - beganMs) / 50) * 50;
}

/** Runs an errand to its end: `reply 250`, `failure 1700`. */
async function run(upstreams: readonly Upstream[], property = ""): Promise<string> {
  const directive = testDirective(`forward . 192.0.2.1 {\npolicy sequential\n${property}\n}`);
  const options = parseForward(directive);
  const ended: Errand[] = [];
  const terms = {
    options,
    choice: {
      upstreams,
      policy: <T>(all: readonly T[]) => all,
      spray: <T>(all: readonly T[]) => all,
      isDown: () => false,
      onBroken: () => {},
      failfast: false,
    },
    wheel,
    patienceMs: patienceMs(options.readTimeoutMs),
    onEnd: (errand: Errand) => void ended.push(errand),
  };
  beganMs = performance.now();
  const reply = new Errand("key", terms, asked, false).begin();
  const outcome = reply.then(
    ({ rcode }) => `${rcode === Rcode.NOERROR ? "reply" : rcode} ${now()}`,
    () => `failure ${now()}`,
  );
  await vi.advanceTimersByTimeAsync(6000);
  expect(ended).toHaveLength(1);
  return outcome;
}

describe("an errand", () => {
  it("asks one upstream if it replies soon", async () => {
    const all = [upstream("a", { replyAfterMs: 100 }), upstream("b", { replyAfterMs: 1 })];
    expect(await run(all)).toBe("reply 100");
    expect(log).toEqual(["a 0"]);
  });

  it("asks the next one after 150 ms of silence, and that one first from then on", async () => {
    const all = [upstream("a", undefined), upstream("b", { replyAfterMs: 10 })];
    expect(await run(all)).toBe("reply 150");
    expect(await run(all)).toBe("reply 0");
    expect(log).toEqual(["a 0", "b 150", "b 0"]);
  });

  it("asks the next one at once after a failure", async () => {
    const all = [upstream("a", { failAfterMs: 0 }), upstream("b", { replyAfterMs: 0 })];
    expect(await run(all)).toBe("reply 0");
    expect(log).toEqual(["a 0", "b 0"]);
  });

  it("takes the first reply, be it from the first that was asked", async () => {
    const all = [upstream("a", { replyAfterMs: 300 }), upstream("b", undefined)];
    expect(await run(all)).toBe("reply 300");
  });

  it("asks all twice at most and ends in less than two seconds", async () => {
    const all = ["a", "b", "c"].map((name) => upstream(name, undefined));
    expect(await run(all)).toBe("failure 1700");
    expect(log).toEqual(["a 0", "b 150", "c 300", "a 1100"]);
  });

  it("asks a single one again when a datagram may have been lost", async () => {
    expect(await run([upstream("a", undefined)])).toBe("failure 1700");
    expect(log).toEqual(["a 0", "a 800"]);
  });

  it("is not held up by a silent one between two that refuse", async () => {
    const refusing = { failAfterMs: 0 };
    const all = [upstream("a", undefined), upstream("b", refusing), upstream("c", refusing)];
    expect(await run(all)).toBe("failure 1700");
    expect(log.slice(0, 4)).toEqual(["a 0", "b 150", "c 150", "a 150"]);
    expect(log).toHaveLength(6);
  });

  it("gives up at once where max_connect_attempts says so", async () => {
    const all = [upstream("a", { failAfterMs: 0 }), upstream("b", { replyAfterMs: 0 })];
    expect(await run(all, "max_connect_attempts 1")).toBe("failure 0");
  });

  it("waits for as long as a long read_timeout says", async () => {
    expect(await run([upstream("a", { replyAfterMs: 3000 })], "read_timeout 5s")).toBe(
      "reply 3000",
    );
  });
});
