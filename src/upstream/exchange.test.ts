import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { answerTo } from "../testing/fake-upstream.ts";
import { request } from "../testing/upstream-bench.ts";
import type { ChannelPool } from "./channel-pool.ts";
import { EdnsSupport } from "./edns-support.ts";
import type { Channel, ExchangeTerms, Waiter } from "./exchange.ts";
import { Exchange } from "./exchange.ts";
import { TimerWheel } from "./timer-wheel.ts";

const asked = request();
const answer = answerTo(asked.packet(1));

let wheel: TimerWheel;
/** What waiter, channel and upstream are told, and when: to the wheel's ticks. */
let log: string[];
let beganMs = 0;

beforeEach(() => {
  vi.useFakeTimers();
  wheel = new TimerWheel();
  log = [];
  beganMs = performance.now();
});
afterEach(() => {
  wheel.stop();
  vi.useRealTimers();
});

function note(what: string): void {
  log.push(`${what} ${Math.floor((performance.now() - beganMs) / 50) * 50}`);
}

/** One that was sent and has 100 ms for its reply, of a second before its deadline. */
function begin(lateMs?: number, listens = true): Exchange {
  const terms: ExchangeTerms = {
    to: "192.0.2.1:53",
    wheel,
    timeoutMs: 100,
    edns: new EdnsSupport(),
    onReply: () => note("upstream replied"),
    onFailure: () => note("upstream failed"),
  };
  const waiter: Waiter = {
    ...(lateMs === undefined ? {} : { lateUntilMs: beganMs + lateMs }),
    onReply: () => note("reply"),
    onFailure: (_error, { isLate }) => note(isLate ? "failure, listening" : "failure"),
  };
  const channel: Channel = {
    where: "here",
    abandon: () => note("abandoned"),
    doubt: () => note("doubted"),
    listensFor: () => listens,
  };
  const pool: ChannelPool = { where: "here", send: () => {}, destroy: () => {} };
  const exchange = new Exchange(asked, terms, pool, beganMs + 1000, waiter);
  exchange.channel = channel;
  exchange.awaitReply(beganMs);
  return exchange;
}

it("ends when its time is over", () => {
  begin();
  vi.advanceTimersByTime(5000);
  expect(log).toEqual(["abandoned 100", "upstream failed 100", "failure 100"]);
});

it("ends so as well when its channel has no room to listen", () => {
  begin(3000, false);
  vi.advanceTimersByTime(5000);
  expect(log).toEqual(["abandoned 100", "upstream failed 100", "failure 100"]);
});

it("takes a late reply where its waiter listens on", () => {
  const exchange = begin(3000);
  vi.advanceTimersByTime(2000);
  expect(exchange.offer(answer)).toBe(true);
  vi.advanceTimersByTime(5000);
  expect(log).toEqual([
    "doubted 100",
    "upstream failed 100",
    "failure, listening 100",
    "upstream replied 2000",
    "reply 2000",
  ]);
});

it("tells the waiter once more when nothing comes, and the upstream no second time", () => {
  begin(3000);
  vi.advanceTimersByTime(5000);
  expect(log.slice(3)).toEqual(["abandoned 3000", "failure, listening 3000"]);
});

it("tells nobody when nobody wants it any more", () => {
  const exchange = begin(3000);
  vi.advanceTimersByTime(200);
  exchange.cancel();
  vi.advanceTimersByTime(5000);
  expect(log.slice(3)).toEqual(["abandoned 200"]);
});

it("has no second chance when its connection opens late", () => {
  const exchange = begin(3000);
  vi.advanceTimersByTime(200);
  exchange.awaitReply(performance.now());
  vi.advanceTimersByTime(2000);
  expect(log).toHaveLength(3);
});
