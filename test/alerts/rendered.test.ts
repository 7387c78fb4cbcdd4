import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { alertFiles, readAlertSource } from "../../deploy/alerts/files.ts";
import type { AlertGroup } from "../../deploy/alerts/render.ts";
import { SERVERS, alertGroups } from "../../deploy/alerts/render.ts";
import { dashboardQueries, readDeployFile } from "../deploy-files.ts";
import { ROOT } from "../run-portolan.ts";

const source = readAlertSource();
const files = alertFiles(source);

describe("what is made of the alerts", () => {
  it.each([...files])("is what stands in %s; else: npm run alerts", (path, text) => {
    expect(readDeployFile(path)).toBe(text);
  });

  it("is the same rules in each format", () => {
    const groupsIn = (path: string): AlertGroup[] => {
      const content = parse(readDeployFile(path)) as {
        groups?: AlertGroup[];
        spec?: { groups: AlertGroup[] };
      };
      return content.groups ?? content.spec?.groups ?? [];
    };
    const names = (path: string): string[] => {
      return groupsIn(path).flatMap(({ rules }) => rules.map(({ alert }) => alert));
    };
    const places = [
      "alerts/portolan%.rules.yaml",
      "kubernetes/monitoring/prometheus-rule%.yaml",
      "kubernetes/google-monitoring/rules%.yaml",
      "kubernetes/google-monitoring/cluster-rules%.yaml",
    ];
    for (const servers of SERVERS) {
      const end = servers === "service" ? "" : `-${servers}`;
      const expected = alertGroups(source, servers).flatMap(({ rules }) => rules);
      for (const path of places.map((place) => place.replace("%", end))) {
        expect(names(path)).toEqual(expected.map(({ alert }) => alert));
        expect(JSON.stringify(groupsIn(path))).not.toMatch(/\$(selector|by|place|replica)/);
      }
    }
    expect(names("helm/portolan/files/alerts.yaml")).toEqual(names("alerts/portolan.rules.yaml"));
  });

  it("has the source's values in the chart's", () => {
    const { prometheusRule } = parse(
      readDeployFile("helm/portolan/files/portolan/values.yaml"),
    ) as {
      prometheusRule: object;
    };
    expect(prometheusRule).toMatchObject({
      selector: source.prometheus.service,
      by: source.prometheus.by,
      runbooks: source.runbooks,
    });
  });

  it("has a name for each group, and looks at nothing without the selector", () => {
    for (const servers of SERVERS) {
      const groups = alertGroups(source, servers);
      expect(new Set(groups.map(({ name }) => name)).size).toBe(groups.length);
      for (const { expr } of groups.flatMap(({ rules }) => rules)) {
        expect(expr.match(/[a-z]\{/g)).toHaveLength(expr.match(/\{\$selector\b/g)?.length ?? 0);
      }
    }
  });

  it("keeps one job's series from another's wherever it adds them up", () => {
    const rules = source.groups.flatMap((group) => group.rules);
    for (const { expr } of rules.filter(({ alert }) => alert !== "PortolanDown")) {
      const labels = [...expr.matchAll(/\b(?:by|on) \((\S+?)[,)]/g)].map(([, first]) => first);
      const sums = expr.match(/\b(sum|min|max|count|group)\b/g) ?? [];
      const apart = labels.filter((first) => first === "$by" || first === "$replica");
      expect(apart).toEqual(labels);
      expect(labels.length).toBeGreaterThanOrEqual(sums.length);
    }
  });
});

describe("jobs", () => {
  const jobs = (servers: "service" | "node-local"): RegExp => {
    return new RegExp(`^(?:${/job=~"(.*?)"/.exec(source.prometheus[servers])?.[1] ?? ""})$`);
  };

  it.each([
    ["coredns", "kube-prometheus-stack, RKE2"],
    ["kube-dns", "our ServiceMonitor, coredns-mixin"],
    ["kubernetes-service-endpoints", "annotations, Prometheus's chart"],
    ["coredns-metrics", "CoreDNS's chart"],
    ["dns-coredns-metrics", "CoreDNS's chart with another release"],
    ["dns-default", "OpenShift"],
    ["portolan", "a PodMonitor of that name"],
  ])("of name %s are looked at: %s", (job) => {
    expect(job).toMatch(jobs("service"));
  });

  it("of others are not", () => {
    for (const job of ["portolan-node-local", "node-exporter", "coredns-operator"]) {
      expect(job).not.toMatch(jobs("service"));
    }
    expect("portolan-node-local").toMatch(jobs("node-local"));
    expect("kube-dns").not.toMatch(jobs("node-local"));
  });

  it("of our ServiceMonitors are the label that they name", () => {
    for (const [path, servers] of [
      ["service-monitor", "service"],
      ["service-monitor-node-local", "node-local"],
    ] as const) {
      const monitor = parse(readDeployFile(`kubernetes/monitoring/${path}.yaml`)) as {
        spec: { jobLabel: string; selector: { matchLabels: Record<string, string> } };
      };
      expect(monitor.spec.selector.matchLabels[monitor.spec.jobLabel]).toMatch(jobs(servers));
    }
  });
});

describe("npm run alerts", () => {
  const run = (...args: string[]) => {
    return spawnSync(process.execPath, ["deploy/alerts/main.ts", ...args], {
      cwd: ROOT,
      encoding: "utf8",
    });
  };

  it("takes the words that deploy/README.md gives it", () => {
    const [line = ""] = /^npm run --silent alerts -- .*$/m.exec(readDeployFile("README.md")) ?? [];
    const said = execFileSync("sh", ["-c", line], { cwd: ROOT, encoding: "utf8" });
    const { kind, spec } = parse(said) as { kind: string; spec: { groups: AlertGroup[] } };
    expect(kind).toBe("PrometheusRule");
    const text = JSON.stringify(spec.groups);
    expect(text).toContain("cluster, environment, job");
    expect(text).toContain("https://wiki.example/dns#portolandown");
    expect(text).not.toMatch(/kube-dns|docs\.example/);
  });

  it("refuses a format that is none", () => {
    expect(run("--format=yaml").stderr).toContain("--format: not one of prometheus, operator");
    expect(run("--selector=x").stderr).toContain("need --format");
  });
});

describe("the dashboard", () => {
  interface Variable {
    readonly name: string;
    readonly multi?: boolean;
    readonly includeAll?: boolean;
    readonly definition?: string;
  }
  const { templating } = JSON.parse(readDeployFile("grafana/portolan.json")) as {
    templating: { list: Variable[] };
  };
  const labels = ["cluster", "namespace", "job", "instance"];

  it("has variables for where the servers are, each narrowed down by those before it", () => {
    expect(templating.list.map(({ name }) => name)).toEqual(["datasource", ...labels]);
    for (const [index, name] of labels.entries()) {
      const before = labels.slice(0, index).map((label) => `${label}=~"$${label}"`);
      const series = `coredns_build_info${index === 0 ? "" : `{${before.join(", ")}}`}`;
      expect(templating.list).toContainEqual(
        expect.objectContaining({ name, definition: `label_values(${series}, ${name})` }),
      );
    }
  });

  it("shows one job at a time, since two may have scraped the same pods", () => {
    const job = templating.list.find(({ name }) => name === "job");
    expect(job).toMatchObject({ multi: false, includeAll: false });
  });

  it("asks for nothing without them", () => {
    const all = labels.map((label) => `${label}=~"$${label}"`).join(", ");
    for (const { expr } of dashboardQueries()) {
      const selectors = [...expr.matchAll(/\{(.*?)\}/g)].map(([, inner = ""]) => inner);
      expect(selectors).not.toEqual([]);
      for (const inner of selectors) expect(inner.slice(0, all.length)).toBe(all);
    }
  });

  it("is the chart's", () => {
    const inChart = readDeployFile("helm/portolan/files/dashboard.json");
    expect(inChart).toBe(readDeployFile("grafana/portolan.json"));
  });
});
