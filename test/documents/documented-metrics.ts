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
 * @throws {TypeError} for one that is shown without
 */
export function documentedMetrics(section: string): DescribedMetric[] {
  const text = section.replaceAll(/\s+/g, " ");
  const shown = /`((?:coredns|portolan|nodejs)_[a-z0-9_]+)(?:\{([^}`]*)\})?`(?: \((\w+)\))?/g;
  return [...text.matchAll(shown)].map(([found, name = "", labels = "", type]) => {
    if (type === undefined) throw new TypeError(`${found} is shown without its type`);
    const names = labels.split(", ").map((label) => label.replace(/=.*/, ""));
    return describeMetric(
      name,
      names.filter((label) => label !== ""),
      type,
    );
  });
}
