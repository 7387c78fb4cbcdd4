import { rcodeLabel } from "../dns/iana/rcode.ts";
import type { Cell, Family, HistogramCell, Metrics } from "../observe/metrics.ts";
import type { PoolCells } from "./channel-pool.ts";

/** Protocols of connections, as CoreDNS labels them. */
export type UpstreamProtocol = "udp" | "tcp" | "tcp-tls";

/** Upper bounds in seconds: 0.25 ms and its doubles up to 8 s (CoreDNS `plugin.TimeBuckets`). */
const timeBuckets: readonly number[] = Array.from({ length: 16 }, (_, i) => 0.000_25 * 2 ** i);

/** The `coredns_proxy_*` metrics of one upstream. */
export class UpstreamMetrics {
  readonly healthcheckFailures: Cell;
  readonly #labels: readonly [proxyName: string, to: string];
  readonly #durations: Family<HistogramCell>;
  readonly #durationCells: (HistogramCell | undefined)[] = [];
  readonly #hits: Family<Cell>;
  readonly #misses: Family<Cell>;

  /** @param proxyName the plugin that forwards */
  constructor(metrics: Metrics, proxyName: string, to: string) {
    this.#labels = [proxyName, to];
    this.#durations = metrics.histogram(
      "coredns_proxy_request_duration_seconds",
      "Time from sending a query to an upstream to its reply.",
      ["proxy_name", "to", "rcode"],
      timeBuckets,
    );
    this.#hits = metrics.counter(
      "coredns_proxy_conn_cache_hits_total",
      "Queries sent by a socket that was open already.",
      ["proxy_name", "to", "proto"],
    );
    this.#misses = metrics.counter(
      "coredns_proxy_conn_cache_misses_total",
      "Queries that needed a new socket.",
      ["proxy_name", "to", "proto"],
    );
    this.healthcheckFailures = metrics
      .counter(
        "coredns_proxy_healthcheck_failures_total",
        "Health checks that an upstream did not answer.",
        ["proxy_name", "to"],
      )
      .with(...this.#labels);
  }

  observe(rcode: number, seconds: number): void {
    this.#durationCells[rcode] ??= this.#durations.with(...this.#labels, rcodeLabel(rcode));
    this.#durationCells[rcode].observe(seconds);
  }

  poolCells(protocol: UpstreamProtocol): PoolCells {
    return {
      hits: this.#hits.with(...this.#labels, protocol),
      misses: this.#misses.with(...this.#labels, protocol),
    };
  }
}
