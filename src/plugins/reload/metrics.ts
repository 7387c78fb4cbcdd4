import type { Cell, Family, Metrics } from "../../observe/metrics.ts";

export interface ReloadMetrics {
  readonly failed: Cell;
  readonly versionInfo: Family<Cell>;
}

/** Names and labels are CoreDNS's. */
export function reloadMetrics(metrics: Metrics): ReloadMetrics {
  const failed = metrics.counter(
    "coredns_reload_failed_total",
    "Changes of the Corefile that could not be taken over.",
  );
  return {
    failed: failed.with(),
    versionInfo: metrics.gauge(
      "coredns_reload_version_info",
      "Always 1; its labels tell the digest of the Corefile and what it imports.",
      ["hash", "value"],
    ),
  };
}
