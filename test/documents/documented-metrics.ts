/** A family of metrics, as `name{label, label}` and its type in words. */
export type DescribedMetric = `${string}{${string}} (${string})`;

export function describeMetric(
  name: string,
  labels: readonly string[],
  type: string,
): DescribedMetric {
  return `${name}{${labels.join(", ")}} (${type})`;
}

/**
 * Reads a README's Metrics: each family is shown once as `name{label, label="value"}` and its type,
 * `(counter)`, `(gauge)` or `(histogram)`.
 */
export function documentedMetrics(section: string): DescribedMetric[] {
  const text = section.replaceAll(/\s+/g, " ");
  const shown = /`((?:coredns|portolan|nodejs)_[a-z0-9_]+)(?:\{([^}`]*)\})?`(?: \((\w+)\))?/g;
  return [...text.matchAll(shown)].map(([, name = "", labels = "", type = "without its type"]) => {
    const names = labels.split(", ").map((label) => label.replace(/=.*/, ""));
    return describeMetric(
      name,
      names.filter((label) => label !== ""),
      type,
    );
  });
}
