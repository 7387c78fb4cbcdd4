import { Socket } from "node:net";
import { afterEach, expect, it } from "vitest";
import { request } from "../testing/upstream-bench.ts";
import type { Connector } from "./connector.ts";
import { EdnsSupport } from "./edns-support.ts";
import type { ExchangeTerms, Waiter } from "./exchange.ts";
import { Exchange } from "./exchange.ts";
import { StreamConnections } from "./stream-connections.ts";
import { TimerWheel } from "./timer-wheel.ts";
import { UpstreamError } from "./upstream-error.ts";

const wheel = new TimerWheel();
const cells = { hits: { value: 0 }, misses: { value: 0 } };
const limits = { to: "here", expireMs: 10_000, maxAgeMs: 0, maxIdle: 0, setupTimeoutMs: 60_000 };
const terms: ExchangeTerms = {
  to: "192.0.2.1:53",
  wheel,
  timeoutMs: 60_000,
  edns: new EdnsSupport(),
  onReply: () => {},
  onFailure: () => {},
};
/** How many exchanges have failed for the first time and for good. */
const told = { listening: 0, over: 0 };
const waiter: Waiter = {
  lateUntilMs: performance.now() + 600_000,
  onReply: () => {},
  onFailure: (_error, { isOver }) => told[isOver ? "over" : "listening"]++,
};
/** Its connections never open. */
const connector = { scheme: "tcp", openEvent: "connect", connect: () => new Socket() };
const pool = new StreamConnections(connector as unknown as Connector, limits, cells, wheel);

afterEach(() => {
  pool.destroy(new UpstreamError("network", "over"));
  wheel.stop();
});

it("listens for late replies while most connections are free, and sends none of them again", () => {
  const exchanges = Array.from({ length: 130 }, () => {
    const exchange = new Exchange(request(), terms, pool, performance.now() + 60_000, waiter);
    // One that was lost gets a connection of its own.
    exchange.losses = 1;
    pool.send(exchange);
    return exchange;
  });
  expect(cells.misses.value).toBe(130);
  for (const exchange of exchanges) exchange.expire();
  // Two too many were under way; closing theirs made room for the others.
  expect(told).toEqual({ listening: 128, over: 2 });
  pool.destroy(new UpstreamError("network", "closed"));
  expect(told).toEqual({ listening: 128, over: 130 });
  expect(cells.misses.value).toBe(130);
});
