import { hostPort } from "../../net/host-port.ts";
import type { ClientRequest } from "node:http";
import { get } from "node:http";
import type { Logger } from "../../observe/log.ts";
import type { Cell, HistogramCell } from "../../observe/metrics.ts";
import { guard } from "../../observe/faults.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import { healthMetrics } from "./metrics.ts";

const INTERVAL_MS = 1_000;
const TIMEOUT_MS = 3_000;
/** Longer for a request to ourselves means trouble. */
const SLOW_MS = 1_000;

export interface CheckedEndpoint {
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

/** Asks an endpoint of this process once a second, and measures how long the answer takes. */
export class SelfCheck {
  readonly #log: Logger;
  readonly #duration: HistogramCell;
  readonly #failures: Cell;
  #timer: NodeJS.Timeout | undefined;
  #request: ClientRequest | undefined;

  constructor({ log, metrics }: PluginContext) {
    const { duration, failures } = healthMetrics(metrics);
    this.#log = log;
    this.#duration = duration.with();
    this.#failures = failures.with();
  }

  start(endpoint: CheckedEndpoint): void {
    const check = guard(
      "look at our own health",
      () => this.#check(endpoint),
      (error) => this.#fail(urlOf(endpoint), error.message),
    );
    this.#timer = setInterval(check, INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#request?.destroy();
  }

  #check(endpoint: CheckedEndpoint): void {
    // One at a time, so that what is slow is not made slower.
    if (this.#request) return;
    const startMs = performance.now();
    const url = urlOf(endpoint);
    // A connection of its own each time: accepting one is part of what is checked.
    const request = get({ ...endpoint, agent: false, signal: AbortSignal.timeout(TIMEOUT_MS) });
    this.#request = request;
    request.on("response", (response) => {
      response.resume();
      const ms = this.#measure(startMs);
      if (response.statusCode !== 200) this.#fail(url, `status ${response.statusCode}`);
      if (ms > SLOW_MS) this.#warn(url, `took more than 1s: ${(ms / 1_000).toFixed(3)}s`);
    });
    request.on("error", (error) => {
      if (!this.#timer) return;
      this.#measure(startMs);
      this.#fail(url, error.message);
    });
    request.on("close", () => {
      this.#request = undefined;
    });
  }

  #measure(startMs: number): number {
    const ms = performance.now() - startMs;
    this.#duration.observe(ms / 1_000);
    return ms;
  }

  #fail(url: string, reason: string): void {
    this.#failures.value++;
    this.#warn(url, `failed: ${reason}`);
  }

  #warn(url: string, what: string): void {
    this.#log.warn(`Local health request to "${url}" ${what}`);
  }
}

function urlOf({ host, port, path }: CheckedEndpoint): string {
  return `http://${hostPort(host, port)}${path}`;
}
