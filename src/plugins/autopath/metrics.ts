import type { Cell, Family, Metrics } from "../../observe/metrics.ts";

/** Name and label are CoreDNS's. */
export function autopathMetrics(metrics: Metrics): Family<Cell> {
  return metrics.counter(
    "coredns_autopath_success_total",
    "Queries that were answered with what is at a later element of the search path.",
    ["server"],
  );
}
