import { posix } from "node:path";
import { describeMetric } from "./documented-metrics.ts";
import type { DescribedMetric } from "./documented-metrics.ts";
import { CORE_DNS_METRICS, NOT_HERE } from "./coredns-metrics.ts";

/** A family of metrics as the page has it. */
export interface MetricRow {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
  /** Markdown, for a page in `docs/`. */
  readonly what: string;
}

export interface MetricSection {
  readonly plugin: string;
  readonly rows: readonly MetricRow[];
}

const FAMILY = /`((?:coredns|portolan|nodejs)_[a-z0-9_]+)(?:\{([^}`]*)\})?` \((\w+)\)/g;

/**
 * The families that a README's Metrics has, with what it says of each. An item, be it of a list or a row of a table,
 * shows one or several families and then says what they are.
 */
export function metricRows(plugin: string, section: string): MetricRow[] {
  return itemsOf(section).flatMap((item) => {
    const families = [...item.matchAll(FAMILY)];
    const last = families.at(-1);
    if (!last) return [];
    const what = item
      .slice(last.index + last[0].length)
      .replace(/^(?: - |: | \| )/, "")
      .replace(/ \|$/, "");
    return families.map(([, name = "", labels = "", type = ""]) => ({
      name,
      type,
      labels: labels.split(", ").filter(Boolean),
      what: moveLinks(plugin, what),
    }));
  });
}

/** For comparing with the families that READMEs document. */
export function describeRow({ name, labels, type }: MetricRow): DescribedMetric {
  const names = labels.map((label) => label.replace(/=.*/, ""));
  return describeMetric(name, names, type);
}

function itemsOf(section: string): string[] {
  const lists = section.split(/^(?=[*-] )/m).slice(1);
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  // Paragraphs behind a list are not of its last item.
  const items = lists.map((item) => item.slice(2).split("\n\n")[0] ?? "");
  return [...items, ...rows].map((item) => item.replaceAll(/\s+/g, " ").trim());
}

/** Links are relative to the README; on the page they are to be so to `docs/`. */
function moveLinks(plugin: string, markdown: string): string {
  return markdown.replaceAll(/\]\(([^)#:]+)(#[^)]*)?\)/g, (_, path: string, anchor = "") => {
    const target = posix.join("src/plugins", plugin, path);
    return `](${posix.relative("docs", target)}${anchor as string})`;
  });
}

/** docs/metrics.md, but for its first paragraphs, which people write. */
export function metricsPage(
  head: string,
  sections: readonly MetricSection[],
  node: readonly MetricRow[],
  process: readonly MetricRow[],
): string {
  const plugins = sections.flatMap(({ plugin, rows }) => [
    `## ${plugin}\n`,
    `What the labels say: [README of ${plugin}](../src/plugins/${plugin}/README.md#metrics).\n`,
    table(rows),
  ]);
  const known = new Set(sections.flatMap(({ rows }) => rows.map(({ name }) => name)));
  const missing = CORE_DNS_METRICS.filter((name) => !known.has(name));
  return [
    head.trimEnd(),
    "",
    ...plugins,
    "## node-cache\n",
    "Of `portolan node-cache` alone, and NodeLocal DNSCache's: at 9353, with or without *prometheus*, and at what *prometheus* serves. [node-local.md](node-local.md)\n",
    table(node),
    "## The process\n",
    "Of the whole process, with *prometheus*; on Linux, elsewhere some are not there. They are prom-client's, and so are the words.\n",
    table(process),
    "## CoreDNS's metrics that are not here\n",
    "Besides `go_*`, of the runtime of Go. All others of CoreDNS 1.15.0 are above.\n",
    "| metric | why |\n|---|---|",
    ...missing.map((name) => `| \`${name}\` | ${NOT_HERE[name] ?? "?"} |`),
    "",
  ].join("\n");
}

function table(rows: readonly MetricRow[]): string {
  const lines = rows.map(({ name, type, labels, what }) => {
    const named = labels.map((label) => `\`${label}\``).join(" ");
    return `| \`${name}\` | ${type} | ${named} | ${what.replace(/\.$/, "").replaceAll(/(?<!\\)\|/g, "\\|")} |`;
  });
  return `${["| metric | type | labels | what |", "|---|---|---|---|", ...lines].join("\n")}\n`;
}
