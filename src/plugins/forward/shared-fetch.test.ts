import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { answerTo, emptyReplyTo } from "../../testing/fake-upstream.ts";
import { request } from "../../testing/upstream-bench.ts";
import { testDirective } from "../../testing/context.ts";
import type { Exchange, Waiter } from "../../upstream/exchange.ts";
import { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { timeoutError } from "../../upstream/upstream-error.ts";
import { SharedFetch } from "./shared-fetch.ts";
import { parseForward } from "./parse.ts";
import { patienceMs } from "./patience.ts";

const asked = request();
const good = parseMessage(answerTo(asked.packet(1))) as Message;
const failure = parseMessage(emptyReplyTo(asked.packet(1), Rcode.SERVFAIL)) as Message;

/** What an upstream does after how many milliseconds; it is silent without a plan. */
type Plan = { replyAfterMs: number; reply?: Message } | { failAfterMs: number } | undefined;

let wheel: TimerWheel;
/** Who was asked, and when: `a 0`, `b 150`. */
let log: string[];

beforeEach(() => {
  vi.useFakeTimers();
  wheel = new TimerWheel();
  log = [];
  cancelled = 0;
});
afterEach(() => {
  wheel.stop();
  vi.useRealTimers();
});

/** Does as planned; if it is silent until the deadline, it may reply late as a real one does. */
class StubExchange {
  isLate = false;
  readonly #timers: NodeJS.Timeout[] = [];

  constructor(plan: Plan, untilDeadlineMs: number, waiter: Waiter) {
    const self = this as unknown as Exchange;
    const fail = (): void => waiter.onFailure(timeoutError("stub"), self);
    const expire = (): void => {
      const lateMs = (waiter.lateUntilMs ?? 0) - performance.now();
      this.isLate = lateMs > 0;
      if (this.isLate) this.#timers.push(setTimeout(() => this.#finally(fail), lateMs));
      fail();
    };
    if (plan && "failAfterMs" in plan) setTimeout(fail, plan.failAfterMs);
    else this.#timers.push(setTimeout(expire, untilDeadlineMs));
    if (!plan || !("replyAfterMs" in plan)) return;
    const reply = (): void => this.#finally(() => waiter.onReply(plan.reply ?? good, self));
    this.#timers.push(setTimeout(reply, plan.replyAfterMs));
  }

  cancel(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    cancelled++;
  }

  #finally(tell: () => void): void {
    for (const timer of this.#timers) clearTimeout(timer);
    tell();
  }
}

function upstream(name: string, plan: Plan): Upstream {
  let isDoubted = false;
  const stub = {
    health: { fails: 0 },
    isTls: false,
    isDoubted: () => isDoubted,
    doubt: () => (isDoubted = true),
    send(_request: unknown, _overTcp: boolean, deadlineMs: number, waiter: Waiter): Exchange {
      log.push(`${name} ${now()}`);
      return new StubExchange(plan, deadlineMs - performance.now(), waiter) as unknown as Exchange;
    },
  };
  return stub as unknown as Upstream;
}

let beganMs = 0;
let cancelled = 0;

/** To the wheel's ticks of 25 ms, which may be late by one. */
function now(): number {
  return Math.floor((performance.now() - beganMs) / 50) * 50;
}

interface Running {
  readonly fetch: SharedFetch;
  /** What there is to be said of a reply: `reply 250`, `failure 1700`. */
  readonly said: (isPatient: boolean) => Promise<string>;
  /** `listen 1700`, `end 6700`. */
  readonly phases: string[];
}

function begin(upstreams: readonly Upstream[], property = "", lateMs = 0): Running {
  const directive = testDirective(`forward . 192.0.2.1 {\npolicy sequential\n${property}\n}`);
  const options = parseForward(directive);
  const phases: string[] = [];
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
    lateMs,
    onListen: () => void phases.push(`listen ${now()}`),
    onEnd: () => void phases.push(`end ${now()}`),
  };
  beganMs = performance.now();
  const fetch = new SharedFetch("key", terms, asked, false);
  const said = (isPatient: boolean): Promise<string> =>
    fetch.reply(isPatient).then(
      ({ rcode }) => `${rcode === Rcode.NOERROR ? "reply" : rcode} ${now()}`,
      () => `failure ${now()}`,
    );
  return { fetch, said, phases };
}

/** Runs an fetch to its end: `reply 250`, `failure 1700`. */
async function run(upstreams: readonly Upstream[], property = ""): Promise<string> {
  const { fetch, said, phases } = begin(upstreams, property);
  const outcome = said(false);
  fetch.begin();
  await vi.advanceTimersByTimeAsync(6000);
  expect(phases.filter((phase) => phase.startsWith("end"))).toHaveLength(1);
  return outcome;
}

describe("an fetch", () => {
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

describe("an fetch that failed because of silence", () => {
  const LATE_MS = 5000;

  it("listens on, and has the late reply for the patient", async () => {
    const all = [upstream("a", { replyAfterMs: 4000 }), upstream("b", undefined)];
    const { fetch, said, phases } = begin(all, "", LATE_MS);
    const [hasty, patient] = [said(false), said(true)];
    fetch.begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await hasty).toBe("failure 1700");
    expect(await patient).toBe("reply 4000");
    expect(phases).toEqual(["listen 1700", "end 4000"]);
    expect(log).toEqual(["a 0", "b 150", "a 950"]);
    // Those of "b" and the second of "a".
    expect(cancelled).toBe(2);
  });

  it("has a late failure only where nobody else may answer", async () => {
    const failing = { replyAfterMs: 2000, reply: failure };
    const all = [upstream("a", failing), upstream("b", { replyAfterMs: 4000 })];
    const { fetch, said } = begin(all, "", LATE_MS);
    const patient = said(true);
    fetch.begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await patient).toBe("reply 4150");
    const alone = begin([upstream("a", failing)], "max_connect_attempts 1", LATE_MS);
    const other = alone.said(true);
    alone.fetch.begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await other).toBe("2 2000");
  });

  it("ends for the patient as well when nothing comes", async () => {
    const { fetch, said, phases } = begin([upstream("a", undefined)], "", LATE_MS);
    const patient = said(true);
    fetch.begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await patient).toBe("failure 6700");
    expect(phases).toEqual(["listen 1700", "end 6700"]);
  });

  it("asks once more for whoever comes meanwhile, and takes what was on its way", async () => {
    const { fetch, said } = begin([upstream("a", { replyAfterMs: 3000 })], "", LATE_MS);
    const [first, patient] = [said(false), said(true)];
    fetch.begin();
    await vi.advanceTimersByTimeAsync(2000);
    expect(await first).toBe("failure 1700");
    const second = said(false);
    fetch.begin();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await second).toBe("reply 3000");
    expect(await patient).toBe("reply 3000");
    expect(log).toEqual(["a 0", "a 800", "a 2000", "a 2800"]);
  });

  it("listens no longer than it is let", async () => {
    const { fetch, said, phases } = begin([upstream("a", { replyAfterMs: 3000 })], "", LATE_MS);
    const patient = said(true);
    fetch.begin();
    await vi.advanceTimersByTimeAsync(2000);
    fetch.giveUp();
    expect(await patient).toBe("failure 2000");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(phases).toEqual(["listen 1700", "end 2000"]);
  });
});
