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
