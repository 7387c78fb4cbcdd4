import type { Cell, Family, HistogramCell, Metrics } from "../../observe/metrics.ts";

/** Prometheus's own, which CoreDNS uses. */
const BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const REST = "coredns_kubernetes_rest_client";

/** What is counted of the traffic with API servers. */
export class ApiMetrics {
  readonly restarts: Family<Cell>;
  readonly relists: Family<Cell>;
  readonly unreadable: Family<Cell>;
  readonly #durations: Family<HistogramCell>;
  readonly #waits: Family<HistogramCell>;
  readonly #requests: Family<Cell>;

  constructor(metrics: Metrics) {
    this.#durations = metrics.histogram(
      `${REST}_request_duration_seconds`,
      "Request latency in seconds. Broken down by verb and host.",
      ["verb", "host"],
      BOUNDS,
    );
    this.#waits = metrics.histogram(
      `${REST}_rate_limiter_duration_seconds`,
      "Client side rate limiter latency in seconds. Broken down by verb and host.",
      ["verb", "host"],
      BOUNDS,
    );
    this.#requests = metrics.counter(
      `${REST}_requests_total`,
      "Number of HTTP requests, partitioned by status code, method, and host.",
      ["code", "method", "host"],
    );
    this.restarts = metrics.counter(
      "portolan_kubernetes_watch_restarts_total",
      "Watches that ended and were begun again, by kind and reason.",
      ["kind", "reason"],
    );
    this.relists = metrics.counter(
      "portolan_kubernetes_relists_total",
      "Times that all objects of a kind were read, the first time included.",
      ["kind"],
    );
    this.unreadable = metrics.counter(
      "portolan_kubernetes_unreadable_objects_total",
      "Objects that could not be read and were left out.",
      ["kind"],
    );
  }

  waited(host: string, ms: number): void {
    this.#waits.with("GET", host).observe(ms / 1_000);
  }

  /** @param code HTTP status, or `<error>` without one, as client-go says */
  answered(host: string, code: string, ms: number): void {
    this.#durations.with("GET", host).observe(ms / 1_000);
    this.#requests.with(code, "GET", host).value++;
  }
}
