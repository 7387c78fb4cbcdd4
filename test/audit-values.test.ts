import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import chart from "../src/audit/chart.json" with { type: "json" };
import { auditValues } from "../src/audit/audit-values.ts";
import type { WrittenValues } from "../src/audit/read-written.ts";
import { readWritten } from "../src/audit/read-written.ts";
import { checkWritten } from "../src/cli/check/check-written.ts";
import { readDeployFile } from "./deploy-files.ts";
import { ROOT } from "./run-portolan.ts";

const RECORDED = join(ROOT, "test/testdata/coredns-chart");

async function audit(text: string): Promise<string[]> {
  const { findings } = await checkWritten("v.yaml", text, { port: 53, logFormat: "text" });
  return findings.map(({ at, rule, message }) => {
    const column = at.column === undefined ? "" : `:${at.column}`;
    return `${at.line}${column} ${rule.id}: ${message}`;
  });
}

describe("what is known of CoreDNS's chart", () => {
  it.each(["values", "shape", "differs"] as const)(
    "is the chart's own files/coredns/%s.yaml",
    (name) => {
      expect(chart[name]).toEqual(
        parse(readDeployFile(`helm/portolan/files/coredns/${name}.yaml`)),
      );
    },
  );

  it("is what the chart's README says, in the same words", () => {
    const readme = readDeployFile("helm/portolan/README.md");
    const [, table = ""] =
      /^What differs, and.*?\| key \| here \|\n.*?\n(.*?)\n\n/ms.exec(
        readme.replace(/^.*(?=What differs)/m, ""),
      ) ?? [];
    const rows = table.split("\n").map((row) => row.split(" | ")[1]?.replace(/ \|$/, ""));
    expect(chart.differs.map(({ here }) => here)).toEqual(rows);
  });

  it("refuses in the chart's words", () => {
    const template = readDeployFile("helm/portolan/templates/coredns/_checks.tpl");
    for (const words of [
      ": Node starts at 80 MiB, give it 128Mi at least",
      'automountServiceAccountToken is false: plugin \\"kubernetes\\" cannot ask the API server without a token',
      'deployment.dnsPolicy is \\"None\\": it needs deployment.dnsConfig',
      "| float64) 128.0",
    ]) {
      expect(template).toContain(words);
    }
  });
});

const recorded = readdirSync(RECORDED).filter((name) => name.endsWith(".values.yaml"));

it.each(recorded)("%s makes the Corefile that CoreDNS's chart made of it", async (name) => {
  const { others } = await readWritten(readFileSync(join(RECORDED, name), "utf8"), name);
  const { findings, corefile } = auditValues(others[0] as WrittenValues);
  expect(findings.filter(({ rule }) => rule.level === "error")).toEqual([]);
  const rendered = readFileSync(join(RECORDED, name.replace("values", "rendered")), "utf8");
  const objects = parseAllDocuments(rendered).map(
    (one) => one.toJS() as { data?: { Corefile?: string } } | null,
  );
  const made = objects.flatMap((one) => one?.data?.Corefile ?? []);
  // Without a list of servers it is the chart's default, which is not looked at.
  const hasNone = findings.some(({ rule }) => rule.id === "move-needs");
  expect(hasNone ? [] : made.map((text) => text.trim())).toEqual(
    corefile ? [corefile.text.trim()] : [],
  );
});

const VALUES = `replicaCount: 2
replicaCuont: 3
prometheus:
  monitor: {enabled: true, labells: {}}
image: {repository: coredns/coredns, tag: 1.14.7}
resources:
  limits: {memory: 70Mi}
automountServiceAccountToken: false
livenessProbe:
  enabled: true
  periodSecond: 3
servers:
  - zones: [{zone: ., name: x}]
    port: 53
    plugins:
      - name: kubernetes
        parameters: cluster.local
        configBlock: |-
          pods insecure
          fallthru
      - name: pprof
zoneFiles:
  - filename: a.db
    contents: ""
`;

const FINDINGS = [
  '1 same: "replicaCount" means the same',
  '2 ignored: "replicaCuont" is unknown: CoreDNS\'s chart ignores it, and so does Portolan\'s: did you mean "replicaCount"?',
  '4 same: "prometheus.monitor.enabled" means the same',
  "4 ignored: \"prometheus.monitor.labells\" is unknown: CoreDNS's chart ignores it, and so does Portolan's",
  '5 differs: "image.repository": an image of CoreDNS is not taken, nor its tag: `portolan.image.repository` `.tag` `.digest` `.pullPolicy` stand for it',
  '5 differs: "image.tag": an image of CoreDNS is not taken, nor its tag: `portolan.image.repository` `.tag` `.digest` `.pullPolicy` stand for it',
  '6 same: "resources" means the same',
  '7 refused: resources.limits.memory is "70Mi": Node starts at 80 MiB, give it 128Mi at least',
  '8 same: "automountServiceAccountToken" means the same',
  '8 refused: automountServiceAccountToken is false: plugin "kubernetes" cannot ask the API server without a token',
  '9 differs: "livenessProbe": at the ports that *health* and *ready* say, not always 8080 and 8181',
  '11 ignored: "livenessProbe.periodSecond" is unknown: CoreDNS\'s chart ignores it, and so does Portolan\'s: did you mean "periodSeconds"?',
  '12 same: "servers" means the same',
  "13 ignored: \"servers[0].zones[0].name\" is unknown: CoreDNS's chart ignores it, and so does Portolan's",
  '20:11 unknown-property: plugin/kubernetes: unknown property "fallthru"',
  '21 not-built: Cannot use plugin "pprof": CoreDNS has it, Portolan does not yet',
  '22 same: "zoneFiles" means the same',
  '24 ignored: "a.db" is read by nothing: no Corefile imports or names it',
];

describe("a values file of CoreDNS's chart", () => {
  it("is told of key by key, and its Corefile at the lines of its values", async () => {
    const found = await audit(VALUES);
    expect(found.map((line) => line.replace(/^(20:11 .*?"fallthru").*/, "$1"))).toEqual(FINDINGS);
  });

  it("may stand under the key of a parent chart", async () => {
    const nested = (key: string): string =>
      `other: {a: 1}\n${key}:\n${VALUES.replaceAll(/^(?=.)/gm, "  ")}`;
    for (const key of ["coredns", "rke2-coredns"]) {
      const found = await audit(nested(key));
      expect(found.map((line) => line.replace(/^\d+/, ""))).toEqual(
        (await audit(VALUES)).map((line) =>
          line.replace(/^\d+(:\d+)?/, (at) => at.replace(/^\d+/, "").replace("11", "13")),
        ),
      );
    }
  });

  it.each([
    [
      "servers: {main: {zones: [.]}}\n",
      "1 no-corefile: \"servers\" is a map, as in Portolan's own form: these are no values of CoreDNS's chart, and helm template checks them",
    ],
    [
      "a: 1\nb: 2\n",
      '1 no-corefile: Cannot check: neither an object of Kubernetes nor values of CoreDNS\'s chart, which has none of the keys "a", "b"',
    ],
    [
      "replicaCount: 1\n",
      "1 move-needs: there is no list of servers: give Portolan's chart --set compatibility=coredns as well",
    ],
    [
      "servers: 3\nreplicaCount: [\n",
      "3 no-corefile: Cannot read: not YAML: Flow sequence in block collection must be sufficiently indented and end with a ]",
    ],
  ])("%#: what is odd about all of it is one line", async (text, expected) => {
    expect(await audit(text)).toContainEqual(expected);
  });
});

describe("values of CoreDNS's chart inside of an object", () => {
  const SERVERS = `servers:
  - port: 53
    plugins:
      - name: kubernetes
        parameters: cluster.local
        configBlock: |-
          pods insecure
          fallthru
replicaCuont: 3
`;
  const indented = (by: number): string => SERVERS.replaceAll(/^(?=.)/gm, " ".repeat(by));
  const WRONG = [
    'unknown-property: plugin/kubernetes: unknown property "fallthru"',
    'ignored: "replicaCuont" is unknown',
  ];

  /** Those that are wrong, without the rest of their sentences. */
  async function wrongIn(text: string): Promise<string[]> {
    const found = await audit(text);
    return found
      .filter((line) => !/ (same|differs): /.test(line))
      .map((line) => line.replace(/^(.*?(?:"fallthru"|is unknown)).*/, "$1"));
  }

  const head = (kind: string): string => {
    const [, apiVersion = "", name = ""] = /^(.*)\/(\w+)$/.exec(kind) ?? [];
    return `apiVersion: ${apiVersion}\nkind: ${name}\nmetadata: {name: rke2-coredns}\nspec:\n`;
  };

  it.each([
    ["helm.cattle.io/v1/HelmChartConfig", `  valuesContent: |-\n${indented(4)}`, 5, 14],
    [
      "helm.toolkit.fluxcd.io/v2/HelmRelease",
      `  chart: {spec: {chart: coredns}}\n  values:\n${indented(4)}`,
      6,
      14,
    ],
    [
      "argoproj.io/v1alpha1/Application",
      `  source:\n    chart: coredns\n    helm:\n      values: |\n${indented(8)}`,
      8,
      18,
    ],
    [
      "argoproj.io/v1alpha1/Application",
      `  sources:\n    - chart: other\n    - chart: coredns\n      helm:\n        valuesObject:\n${indented(10)}`,
      9,
      20,
    ],
  ])("are checked at their own lines: %s", async (kind, spec, above, indent) => {
    expect(await wrongIn(head(kind) + spec)).toEqual([
      `${above + 8}:${indent + 1} ${WRONG[0]}`,
      `${above + 9} ${WRONG[1]}`,
    ]);
  });

  it("of RKE2 are a part, and keys that are RKE2's own are told", async () => {
    const text = `${head("helm.cattle.io/v1/HelmChartConfig")}  valuesContent: |-\n    replicaCount: 2\n    nodelocal:\n      enabled: true\n`;
    expect(await audit(text)).toEqual([
      '6 same: "replicaCount" means the same',
      "7 move-needs: \"nodelocal\" is RKE2's own: Portolan's chart has nothing of that name",
    ]);
  });

  it.each([
    [
      "  valuesContent: 3\n",
      "5 no-corefile: Cannot read: neither a text of YAML nor a mapping of values",
    ],
    ["  valuesContent: |\n    a: [\n", "no-corefile: Cannot read: not YAML"],
    [
      "  valuesContent: |\n    kind: Service\n",
      'no-corefile: Cannot read: an object of kind "Service" is no values',
    ],
  ])("may be wrong, which is said: %j", async (spec, message) => {
    const found = await audit(head("helm.cattle.io/v1/HelmChartConfig") + spec);
    expect(found.join("\n")).toContain(message);
  });

  it("for other charts are nobody's matter", async () => {
    const text = head("helm.cattle.io/v1/HelmChartConfig").replace("coredns", "cilium");
    expect(await audit(`${text}  valuesContent: "a: 1"\n`)).toEqual([
      '1 no-corefile: HelmChartConfig "rke2-cilium" has no Corefile, and is no part of a cluster\'s DNS',
    ]);
  });
});
