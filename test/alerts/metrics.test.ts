import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readAlertSource } from "../../deploy/alerts/files.ts";
import { dashboardQueries } from "../deploy-files.ts";
import { ROOT } from "../run-portolan.ts";
import { exportedSeries, seriesOf } from "./exported-metrics.ts";
import { MISSING, OTHER_DASHBOARDS } from "./other-dashboards.ts";

let exported: ReadonlySet<string>;
beforeAll(async () => {
  exported = await exportedSeries();
});

function unknownIn(expr: string): string[] {
  return seriesOf(expr).filter((name) => !exported.has(name));
}

/** Of those that ask for something unknown, or for nothing at all. */
function astray(queries: readonly { title: string; expr: string }[]): unknown[] {
  return queries
    .map(({ title, expr }) => ({
      title,
      unknown: unknownIn(expr),
      asks: seriesOf(expr).length > 0,
    }))
    .filter(({ unknown, asks }) => unknown.length > 0 || !asks);
}

describe("a running server exports", () => {
  it("all that alerts ask for", () => {
    const rules = readAlertSource().groups.flatMap((group) => group.rules);
    expect(rules.length).toBeGreaterThan(20);
    expect(astray(rules.map(({ alert, expr }) => ({ title: alert, expr })))).toEqual([]);
  });

  it("all that the dashboard asks for", () => {
    expect(dashboardQueries().length).toBeGreaterThan(20);
    expect(astray(dashboardQueries())).toEqual([]);
  });

  it("all that the runbooks name", () => {
    const text = readFileSync(join(ROOT, "docs/runbooks.md"), "utf8");
    expect(seriesOf(text).length).toBeGreaterThan(20);
    expect(unknownIn(text)).toEqual([]);
  });

  it.each(Object.entries(OTHER_DASHBOARDS))("what %s asks for", (_, names) => {
    const missing = names.filter((name) => !exported.has(name));
    expect(missing.filter((name) => !(name in MISSING))).toEqual([]);
  });

  it("nothing that is said to be missing", () => {
    const asked = Object.values(OTHER_DASHBOARDS).flat();
    for (const name of Object.keys(MISSING)) {
      expect(exported).not.toContain(name);
      expect(asked).toContain(name);
    }
    const named = Object.values(MISSING).flatMap((reason) => seriesOf(reason));
    const unknown = named.filter((name) => {
      return !["", "_count", "_bucket"].some((end) => exported.has(name + end));
    });
    expect(unknown).toEqual([]);
  });

  it("nothing that would be overlooked", () => {
    expect(exported).toContain("coredns_dns_request_duration_seconds_bucket");
    const query = { title: "old", expr: "rate(coredns_dns_request_count_total[5m])" };
    expect(astray([query])).toEqual([
      { title: "old", unknown: ["coredns_dns_request_count_total"], asks: true },
    ]);
    expect(astray([{ title: "none", expr: "1" }])).toHaveLength(1);
  });
});

it("an API server that is lost is seen by its silence, and by its broken connection", () => {
  const rules = readAlertSource().groups.flatMap((group) => group.rules);
  const lost = rules.find(({ alert }) => alert === "PortolanApiServerLost");
  expect(seriesOf(lost?.expr ?? "")).toEqual([
    "portolan_kubernetes_connected",
    "portolan_kubernetes_last_contact_seconds",
  ]);
});
