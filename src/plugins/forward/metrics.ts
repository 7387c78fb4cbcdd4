import type { Cell, Metrics } from "../../observe/metrics.ts";

export interface ForwardMetrics {
  readonly healthcheckBroken: Cell;
  readonly maxConcurrentRejects: Cell;
}

export function forwardMetrics(metrics: Metrics): ForwardMetrics {
  return {
    healthcheckBroken: metrics
      .counter(
        "coredns_forward_healthcheck_broken_total",
        "Times that all upstreams were taken for down.",
      )
      .with(),
    maxConcurrentRejects: metrics
      .counter(
        "coredns_forward_max_concurrent_rejects_total",
        "Queries refused because too many were under way.",
      )
      .with(),
  };
}
