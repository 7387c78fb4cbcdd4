import type { Cell, Metrics } from "../../observe/metrics.ts";

/** Name and meaning are CoreDNS's. */
export function localhostRequests(metrics: Metrics): Cell {
  const help = "Queries for names below localhost, or with localhost in front.";
  return metrics.counter("coredns_local_localhost_requests_total", help).with();
}
