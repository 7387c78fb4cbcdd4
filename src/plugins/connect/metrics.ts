import type { Cell, Metrics } from "../../observe/metrics.ts";

export interface ConnectMetrics {
  /** By what became of it. */
  readonly connected: Cell;
  readonly failed: Cell;
  readonly refused: Cell;
  readonly open: Cell;
  readonly names: Cell;
}

export function connectMetrics(metrics: Metrics): ConnectMetrics {
  const connections = metrics.counter(
    "portolan_connect_connections_total",
    "Connections that clients made to names of the cluster, by what became of them.",
    ["result"],
  );
  return {
    connected: connections.with("connected"),
    failed: connections.with("failed"),
    refused: connections.with("refused"),
    open: metrics
      .gauge(
        "portolan_connect_open_connections",
        "Connections to names of the cluster that are open.",
      )
      .with(),
    names: metrics
      .gauge("portolan_connect_names", "Names of the cluster that have ports open on this machine.")
      .with(),
  };
}
