import type { Cell, Family, Metrics } from "../../observe/metrics.ts";

export interface HostsMetrics {
  readonly entries: Family<Cell>;
  readonly reloadTimestamp: Family<Cell>;
}

/** Names, labels and meanings are CoreDNS's. */
export function hostsMetrics(metrics: Metrics): HostsMetrics {
  return {
    entries: metrics.gauge(
      "coredns_hosts_entries",
      "Records from a hosts file and from the Corefile's own lines.",
      ["hostsfile"],
    ),
    reloadTimestamp: metrics.gauge(
      "coredns_hosts_reload_timestamp_seconds",
      "When the hosts file read last was changed, in Unix time.",
    ),
  };
}
