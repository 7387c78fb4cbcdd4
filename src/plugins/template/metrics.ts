import type { Cell, Family, Metrics } from "../../observe/metrics.ts";

export interface TemplateMetrics {
  readonly matches: Family<Cell>;
  readonly templateFailures: Family<Cell>;
  readonly recordFailures: Family<Cell>;
}

/** Names, labels and meanings are CoreDNS's. */
export function templateMetrics(metrics: Metrics): TemplateMetrics {
  const labels = ["server", "zone", "view", "class", "type"];
  const failureLabels = [...labels, "section", "template"];
  return {
    matches: metrics.counter(
      "coredns_template_matches_total",
      "Queries that a template matched.",
      labels,
    ),
    templateFailures: metrics.counter(
      "coredns_template_template_failures_total",
      "Templates that could not be filled in.",
      failureLabels,
    ),
    recordFailures: metrics.counter(
      "coredns_template_rr_failures_total",
      "Templates that did not come out as a record.",
      failureLabels,
    ),
  };
}
