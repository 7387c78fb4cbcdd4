import type { Cell, Family, HistogramCell, Metrics } from "../../observe/metrics.ts";

export interface HealthMetrics {
  readonly duration: Family<HistogramCell>;
  readonly failures: Family<Cell>;
}

/** Names and bounds are CoreDNS's. They have no labels: it is the process that is overloaded. */
export function healthMetrics(metrics: Metrics): HealthMetrics {
  return {
    duration: metrics.histogram(
      "coredns_health_request_duration_seconds",
      "How long the server's requests to its own health endpoint took.",
      [],
      [0.00025, 0.0025, 0.025, 0.25, 2.5],
    ),
    failures: metrics.counter(
      "coredns_health_request_failures_total",
      "The server's requests to its own health endpoint that failed.",
    ),
  };
}
