import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readAlertSource } from "../../deploy/alerts/files.ts";
import type { Servers } from "../../deploy/alerts/render.ts";
import { alertGroups } from "../../deploy/alerts/render.ts";
import { findProgram } from "../bench/find-program.ts";
import { DEPLOY, dashboardQueries } from "../deploy-files.ts";
import { runbookBlocks } from "../alerts/runbook-blocks.ts";
import type { SeriesValues, Stage } from "./staged-series.ts";
import { HEALTHY, STAGES } from "./staged-series.ts";

// Debian's package prometheus has it. CI asks for it; elsewhere it may be missing.
const promtool = findProgram("promtool") ?? (process.env["REQUIRE_PROMTOOL"] ? "promtool" : "");
const folder = mkdtempSync(join(tmpdir(), "portolan-promtool-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Where Prometheus found a server. */
type Scrape = Readonly<Record<string, string>>;
type InputSeries = { readonly series: string; readonly values: string };

const OPERATOR = { namespace: "kube-system", endpoint: "http-metrics" };
const SCRAPES: readonly [string, Scrape][] = [
  ["kube-prometheus-stack", { ...OPERATOR, job: "coredns", service: "stack-coredns" }],
  ["our ServiceMonitor", { ...OPERATOR, job: "kube-dns", service: "kube-dns", cluster: "one" }],
  [
    "annotations",
    { job: "kubernetes-service-endpoints", namespace: "kube-system", service: "kube-dns" },
  ],
];
const NODE_LOCAL: readonly [string, Scrape][] = [
  ["our ServiceMonitor", { job: "portolan-node-local", service: "portolan-node-local" }],
  ["annotations", { job: "kubernetes-service-endpoints", service: "portolan-node-local" }],
];

/** Two replicas, one or both of them as the stage says. */
function replicas(scrape: Scrape, stage: Stage = { series: {} }): InputSeries[] {
  return ["10.0.0.3", "10.0.0.4"].flatMap((address, index) => {
    const changes = index === 0 || stage.onEach ? stage.series : {};
    const labels = { ...scrape, pod: `portolan-${index}`, instance: `${address}:9153` };
    return scraped({ ...HEALTHY, ...changes }, labels);
  });
}

function scraped(series: SeriesValues, labels: Scrape): InputSeries[] {
  const place = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  return Object.entries(series).map(([key, values]) => {
    const [name = "", own = ""] = key.split(/[{}]/);
    return { series: `${name}{${[...place, ...(own === "" ? [] : [own])].join(",")}}`, values };
  });
}

/** Something else that annotations have scraped as well, and that is not well. */
const OTHER_PROGRAM = scraped(
  {
    up: "0x65",
    process_cpu_seconds_total: "0+110x65",
    process_open_fds: "9x65",
    process_max_fds: "9x65",
  },
  {
    job: "kubernetes-service-endpoints",
    namespace: "shop",
    service: "web",
    instance: "10.0.0.9:80",
  },
);

interface Case {
  readonly name: string;
  readonly series: readonly InputSeries[];
  /** Names of alerts, each as often as it fires. */
  readonly firing: readonly string[];
}

/** What promtool says against it that these alerts fire after an hour, and no others; "" for nothing. */
function judge(servers: Servers, cases: readonly Case[]): string {
  const end = servers === "service" ? "" : `-${servers}`;
  const tests = cases.map(({ name, series, firing }) => ({
    name,
    interval: "1m",
    input_series: series,
    promql_expr_test: [
      {
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: "60m",
        exp_samples: [...new Set(firing)].map((alert) => ({
          labels: `{alertname="${alert}"}`,
          value: firing.filter((one) => one === alert).length,
        })),
      },
    ],
  }));
  const rules = join(DEPLOY, `alerts/portolan${end}.rules.yaml`);
  const file = join(folder, "test.yaml");
  writeFileSync(file, JSON.stringify({ rule_files: [rules], evaluation_interval: "5m", tests }));
  return run("test", "rules", file);
}

/** @returns what it says if it fails */
function run(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(promtool, args, { encoding: "utf8" });
  return status === 0 ? "" : `${error?.message ?? ""}${stdout}${stderr}`;
}

function stagesOf(servers: Servers): [string, Stage][] {
  const rules = alertGroups(readAlertSource(), servers).flatMap((group) => group.rules);
  return rules.map(({ alert }) => [alert, STAGES[alert] ?? { series: {} }]);
}

function healthy(scrape: Scrape): Case {
  return { name: "healthy", series: [...OTHER_PROGRAM, ...replicas(scrape)], firing: [] };
}

function staged(alert: string, stage: Stage, scrape: Scrape): Case {
  const series = [...OTHER_PROGRAM, ...replicas(scrape, stage)];
  return { name: alert, series, firing: [alert, ...(stage.also ?? [])] };
}

/** Each alert alone. */
function oneByOne(servers: Servers, scrape: Scrape): Case[] {
  const cases = stagesOf(servers).map(([alert, stage]) => staged(alert, stage, scrape));
  return [healthy(scrape), ...cases];
}

/** Those of a server that is scraped at once, which costs promtool less, and then the others. */
function allAtOnce(servers: Servers, scrape: Scrape): Case[] {
  const stages = stagesOf(servers);
  const scraping = stages.filter(([, { series }]) => "up" in series);
  const others = stages.filter(([, { series }]) => !("up" in series));
  const series = Object.assign({}, ...others.map(([, stage]) => stage.series)) as SeriesValues;
  const [first = "", ...also] = others.map(([alert]) => alert);
  return [
    healthy(scrape),
    staged(first, { series, also }, scrape),
    ...scraping.map(([alert, stage]) => staged(alert, stage, scrape)),
  ];
}

it("each alert has a stage", () => {
  const rules = readAlertSource().groups.flatMap((group) => group.rules);
  expect(Object.keys(STAGES).toSorted()).toEqual(rules.map(({ alert }) => alert).toSorted());
});

describe.skipIf(promtool === "")("Prometheus", () => {
  it("fires each alert when it is time, and no other", () => {
    const [[, scrape]] = SCRAPES as [[string, Scrape]];
    expect(judge("service", oneByOne("service", scrape))).toBe("");
  });

  it.each(SCRAPES)("fires each, and none when all is well, by %s", (_, scrape) => {
    expect(judge("service", allAtOnce("service", scrape))).toBe("");
  });

  it.each(NODE_LOCAL)("does so for the caches of nodes, by %s", (_, scrape) => {
    expect(judge("node-local", allAtOnce("node-local", scrape))).toBe("");
  });

  it("warns of a job that the alerts do not look at, and nothing else", () => {
    const series = replicas({ job: "dns" });
    expect(judge("service", [{ name: "job", series, firing: ["PortolanNotScraped"] }])).toBe("");
  });

  it("takes caches of nodes for no servers of the cluster", () => {
    for (const [, scrape] of NODE_LOCAL) {
      const series = replicas(scrape);
      expect(judge("service", [{ name: "job", series, firing: ["PortolanNotScraped"] }])).toBe("");
    }
  });

  it("counts no rate twice where two jobs scrape the same pods, and misses none if one ends", () => {
    const [[, theirs], [, ours]] = SCRAPES as [[string, Scrape], [string, Scrape]];
    const both = (stage: Stage): InputSeries[] => [
      ...replicas(theirs, stage),
      ...replicas({ ...ours, cluster: "" }, stage),
    ];
    // Together they would be over the 3 %, and each reads a little under it.
    const little = { 'coredns_dns_responses_total{rcode="SERVFAIL"}': "0+17x65" };
    const busy = { process_cpu_seconds_total: "0+45x65" };
    const gone = { series: STAGES["PortolanDown"]?.series ?? {}, onEach: true } as const;
    const ended = [...replicas(theirs), ...replicas({ ...ours, cluster: "" }, gone)];
    const refused = STAGES["PortolanReloadFailed"] ?? { series: {} };
    const cases = [
      { name: "healthy", series: both({ series: {} }), firing: [] },
      {
        name: "less than too much",
        series: both({ series: { ...little, ...busy }, onEach: true }),
        firing: [],
      },
      {
        name: "told of by each",
        series: both(refused),
        firing: Array(2).fill("PortolanReloadFailed"),
      },
      { name: "one of them ended", series: ended, firing: [] },
    ];
    expect(judge("service", cases)).toBe("");
  });

  it("would say if one did not fire, or another did", () => {
    const [[, scrape]] = SCRAPES as [[string, Scrape]];
    const healthy = replicas(scrape);
    expect(
      judge("service", [{ name: "none", series: healthy, firing: ["PortolanDown"] }]),
    ).toContain("PortolanDown");
    const sick = replicas(scrape, STAGES["PortolanBusy"]);
    expect(judge("service", [{ name: "one", series: sick, firing: [] }])).toContain("PortolanBusy");
  });

  it("reads each file of rules, and each query of the dashboard and the runbooks", () => {
    for (const end of ["", "-node-local"]) {
      expect(run("check", "rules", join(DEPLOY, `alerts/portolan${end}.rules.yaml`))).toBe("");
    }
    const lines = runbookBlocks("promql").flatMap((block) => block.split("\n"));
    const queries = [...dashboardQueries().map(({ expr }) => expr), ...lines].map((expr) => {
      return expr.replaceAll("$__rate_interval", "5m");
    });
    const rules = queries.map((expr, index) => ({ record: `query:${index}`, expr }));
    const file = join(folder, "queries.yaml");
    writeFileSync(file, JSON.stringify({ groups: [{ name: "queries", rules }] }));
    expect(run("check", "rules", "--lint=none", file)).toBe("");
    writeFileSync(
      file,
      JSON.stringify({ groups: [{ name: "queries", rules: [{ record: "a", expr: "sum((" }] }] }),
    );
    expect(run("check", "rules", file)).toContain("unclosed left parenthesis");
  });
});
