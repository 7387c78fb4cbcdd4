import { beforeEach, expect, it } from "vitest";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { Metrics } from "../../observe/metrics.ts";
import { testDirective } from "../../testing/context.ts";
import { answerTo } from "../../testing/fake-upstream.ts";
import { request } from "../../testing/upstream-bench.ts";
import type { Exchange, Waiter } from "../../upstream/exchange.ts";
import { TimerWheel } from "../../upstream/timer-wheel.ts";
import type { Upstream } from "../../upstream/upstream.ts";
import { timeoutError } from "../../upstream/upstream-error.ts";
import { forwardMetrics } from "./metrics.ts";
import { parseForward } from "./parse.ts";
import { UpstreamGroup } from "./upstream-group.ts";

/** What a silent upstream was asked, the oldest first. */
interface Sent {
  readonly exchange: { isLate: boolean; cancel(): void };
  readonly waiter: Waiter;
}
let sent: Sent[];
let cancelled: Sent[];

beforeEach(() => {
  [sent, cancelled] = [[], []];
});

const silent = {
  health: { fails: 0 },
  isTls: false,
  isDoubted: () => false,
  doubt: () => {},
  send(_request: unknown, _overTcp: boolean, _deadlineMs: number, waiter: Waiter): Exchange {
    const exchange = { isLate: false, cancel: () => void cancelled.push(one) };
    const one = { exchange, waiter };
    sent.push(one);
    return exchange as unknown as Exchange;
  },
} as unknown as Upstream;

function group(property = ""): UpstreamGroup {
  const block = `forward . 192.0.2.1 {\nmax_connect_attempts 1\n${property}\n}`;
  const options = parseForward(testDirective(block));
  return new UpstreamGroup(
    options,
    [silent],
    new TimerWheel(),
    forwardMetrics(new Metrics()),
    5000,
  );
}

function timeOut({ exchange, waiter }: Sent): void {
  exchange.isLate = true;
  waiter.onFailure(timeoutError("silent"), exchange as unknown as Exchange);
}

/** Asks, and lets it fail. */
async function fail(forward: UpstreamGroup, name: string): Promise<void> {
  const reply = forward.ask(request(name), false, false);
  timeOut(sent.at(-1) as Sent);
  await expect(reply).rejects.toThrow("i/o timeout");
}

const good = parseMessage(answerTo(request().packet(1))) as Message;

it("listens for five hundred late replies, the youngest, and for no other", async () => {
  const forward = group();
  for (let i = 0; i < 501; i++) await fail(forward, `n${i}.test.`);
  expect(cancelled).toEqual([sent[0]]);
  const patient = forward.ask(request("n1.test."), false, true);
  expect(sent).toHaveLength(501);
  const { waiter, exchange } = sent[1] as Sent;
  waiter.onReply(good, exchange as unknown as Exchange);
  expect(await patient).toBe(good);
  // The oldest one was given up: whoever wants it has to ask.
  forward.ask(request("n0.test."), false, true).catch(() => {});
  expect(sent).toHaveLength(502);
});

it("counts nobody who listens as a query under way", async () => {
  const forward = group("max_concurrent 2");
  await fail(forward, "a.test.");
  await fail(forward, "b.test.");
  const patient = forward.ask(request("a.test."), false, true);
  const under = [forward.ask(request("c.test."), false, false)];
  under.push(forward.ask(request("a.test."), false, false));
  await expect(forward.ask(request("d.test."), false, false)).rejects.toThrow("exceeded maximum 2");
  for (const { waiter, exchange } of sent.slice(-2)) {
    waiter.onReply(good, exchange as unknown as Exchange);
  }
  expect(await Promise.all([...under, patient])).toEqual([good, good, good]);
  await fail(forward, "d.test.");
});

it("listens no longer when it stops", async () => {
  const forward = group();
  await fail(forward, "a.test.");
  const patient = forward.ask(request("a.test."), false, true);
  silent.stop = (): void => {};
  forward.stop();
  await expect(patient).rejects.toThrow("i/o timeout");
  expect(cancelled).toEqual(sent);
});
