import type { Cell, Family, Metrics } from "../../observe/metrics.ts";
import type { Action } from "./parse.ts";

/** Names, labels and meanings are CoreDNS's. */
export function aclMetrics(metrics: Metrics): Readonly<Record<Action, Family<Cell>>> {
  const family = (done: string, labels: readonly string[]): Family<Cell> => {
    return metrics.counter(
      `coredns_acl_${done}_requests_total`,
      `Queries that were ${done}.`,
      labels,
    );
  };
  const labels = ["server", "zone", "view"];
  return {
    allow: family("allowed", ["server", "view"]),
    block: family("blocked", labels),
    filter: family("filtered", labels),
    drop: family("dropped", labels),
  };
}
