import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { SetupErrors } from "../../src/node-cache/setup-errors.ts";
import { Metrics } from "../../src/observe/metrics.ts";
import { provideProcessMetrics } from "../../src/plugins/prometheus/process-metrics.ts";
import { ROOT } from "../run-portolan.ts";
import { CORE_DNS_METRICS, NOT_HERE } from "./coredns-metrics.ts";
import { documentedMetrics } from "./documented-metrics.ts";
import type { MetricRow } from "./metrics-page.ts";
import { describeRow, metricRows, metricsPage } from "./metrics-page.ts";
import { builtPlugins, readDocument, readmeOf, section } from "./readme.ts";

const PAGE = "docs/metrics.md";

const sections = builtPlugins
  .map((plugin) => {
    const text = section(readmeOf(plugin), "Metrics");
    return { plugin: plugin.name, rows: metricRows(plugin.name, text), text };
  })
  .filter(({ rows }) => rows.length > 0)
  .toSorted((a, b) => a.plugin.localeCompare(b.plugin));

/** Of prom-client's metrics, whose types do not have it. */
interface Labelled {
  readonly labelNames: readonly string[];
}

/** What prom-client counts, which no README names one by one. */
async function processRows(): Promise<MetricRow[]> {
  const metrics = new Metrics();
  provideProcessMetrics(metrics);
  return rowsOf(metrics, /^(process|nodejs)_/);
}

/** What node-cache counts, which is no plugin and has no README. */
function nodeRows(): Promise<MetricRow[]> {
  const metrics = new Metrics();
  new SetupErrors().publish(metrics);
  return rowsOf(metrics, /^coredns_nodecache_/);
}

async function rowsOf(metrics: Metrics, names: RegExp): Promise<MetricRow[]> {
  const families = await metrics.registry.getMetricsAsJSON();
  const named = families.filter(({ name }) => names.test(name));
  return named.map(({ name, help, type }) => {
    const { labelNames } = metrics.registry.getSingleMetric(name) as unknown as Labelled;
    return { name, type: String(type), labels: labelNames, what: help };
  });
}

/** What people have written, up to the first table. */
function head(text: string): string {
  return text.slice(0, text.indexOf("## "));
}

it.skipIf(process.platform !== "linux")(
  "docs/metrics.md has what READMEs say of metrics (npm run metrics:doc writes it)",
  async () => {
    const path = join(ROOT, PAGE);
    const before = existsSync(path) ? readDocument(PAGE) : "# Metrics\n\n## ";
    const page = metricsPage(head(before), sections, await nodeRows(), await processRows());
    if (process.env["PORTOLAN_WRITE_DOCS"] === "1") writeFileSync(path, page);
    expect(readDocument(PAGE)).toBe(page);
  },
);

it("no metric that a README documents is left out", () => {
  for (const { rows, text } of sections) {
    expect(rows.map(describeRow)).toEqual(documentedMetrics(text));
    for (const { what } of rows) expect(what).toMatch(/\w/);
  }
});

it("has no name of CoreDNS's that CoreDNS has not", () => {
  const named = sections.flatMap(({ rows }) => rows.map(({ name }) => name));
  const unknown = named.filter((name) => name.startsWith("coredns_"));
  expect(unknown.filter((name) => !CORE_DNS_METRICS.includes(name))).toEqual([]);
});

it("says of each of CoreDNS's metrics that is missing why it is", () => {
  expect(readDocument(PAGE)).not.toContain("| ? |");
  const named = sections.flatMap(({ rows }) => rows.map(({ name }) => name));
  expect(Object.keys(NOT_HERE).filter((name) => named.includes(name))).toEqual([]);
});
