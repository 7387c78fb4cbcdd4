import type { Cell, Family, Metrics } from "../../observe/metrics.ts";

export interface EtcdMetrics {
  readonly failures: Family<Cell>;
  readonly ignored: Cell;
}

export function etcdMetrics(metrics: Metrics): EtcdMetrics {
  const failures = "Requests that an endpoint of etcd did not answer.";
  const ignored = "Values in etcd that were left out because they cannot be read.";
  return {
    failures: metrics.counter("portolan_etcd_failures_total", failures, ["endpoint"]),
    ignored: metrics.counter("portolan_etcd_ignored_values_total", ignored).with(),
  };
}
