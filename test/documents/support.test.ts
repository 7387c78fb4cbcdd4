import { expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { OLDEST_NODE } from "../../src/cli/own-node/oldest-node.ts";
import { readDocument } from "./readme.ts";

const page = readDocument("docs/support.md");

/** The second cell of a row. */
function versionOf(what: string): string {
  const row = page.split("\n").find((line) => line.startsWith(`| ${what} |`));
  return row?.split(" | ")[1] ?? "";
}

/** The version of a module that a suite is built with. */
function versionIn(suite: string, module: string): string {
  const text = readDocument(`test/cluster/${suite}/go.mod`);
  return new RegExp(`${module} v(\\S+)`).exec(text)?.[1] ?? "none";
}

it.each([
  ["Kubernetes API server", versionIn("control-plane", "k8s.io/kubernetes")],
  ["Kubernetes API server", versionIn("etcd", "go.etcd.io/etcd/server/v3")],
  ["kube-proxy", versionIn("kube-proxy", "k8s.io/kubernetes")],
  ["Helm", versionIn("tools", "helm.sh/helm/v4")],
  ["Helm", versionIn("helm3", "helm.sh/helm/v3")],
  ["Kustomize", versionIn("tools", "sigs.k8s.io/kustomize/kustomize/v5")],
  [
    "CoreDNS's chart",
    /chart ([\d.]+)/.exec(readDocument("test/testdata/coredns-chart/README.md"))?.[1],
  ],
  ["Node", String(OLDEST_NODE)],
])("docs/support.md has the version of %s that tests run: %s", (what, version) => {
  expect(versionOf(what).split(/[^\d.]+/)).toContain(version);
});

it("CHANGELOG.md and the chart have the version of the package", () => {
  const chart = readDocument("deploy/helm/portolan/Chart.yaml");
  const [, newest] = /^## (\S+)$/m.exec(readDocument("CHANGELOG.md")) ?? [];
  const said = [...chart.matchAll(/^(?:version|appVersion): (\S+)$/gm)].map(
    ([, version]) => version,
  );
  expect([newest, ...said]).toEqual(Array(3).fill(manifest.version));
});

it("docs/support.md has what the chart and the package ask for", () => {
  const chart = readDocument("deploy/helm/portolan/Chart.yaml");
  const [, oldest] = /kubeVersion: ">=(\d+\.\d+)\.0-0"/.exec(chart) ?? [];
  expect(page).toContain(`| Kubernetes ${oldest} to `);
  expect(versionOf("Node")).toBe(`${OLDEST_NODE}`);
  expect(page).toContain(`from Node ${/\d+/.exec(manifest.engines.node)?.[0]} on`);
});
