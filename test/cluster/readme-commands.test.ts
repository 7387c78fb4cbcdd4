import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readDeployFile } from "../deploy-files.ts";
import type { ApiClient } from "./api-client.ts";
import { ControlPlane } from "./control-plane.ts";
import { chartForAnyServer, recordedChart, recordedValues } from "./coredns-release.ts";
import { loadManifests } from "./load-manifests.ts";
import { runHelm } from "./render.ts";

const KUBE_DNS = readFileSync(join(import.meta.dirname, "testdata/kube-dns.yaml"), "utf8");

let plane: ControlPlane;
let client: ApiClient;
let chart: string;

beforeAll(async () => {
  plane = await ControlPlane.start();
  client = plane.client();
  chart = chartForAnyServer(plane.folder);
});
afterAll(() => plane.stop());

/** The lines that run Helm in the first shell block behind a heading of the chart's README, as words. */
function commandsBehind(heading: string): string[][] {
  const readme = readDeployFile("helm/portolan/README.md");
  const text = readme.slice(readme.indexOf(heading));
  const [, block = ""] = /```sh\n(.*?)```/s.exec(text) ?? [];
  const lines = block
    .replaceAll(/ +#.*$/gm, "")
    .replaceAll("\\\n", " ")
    .split("\n");
  return lines.filter((line) => line.startsWith("helm ")).map((line) => line.trim().split(/\s+/));
}

/** In the checkout, but for the chart, which is one for an API server without a version. */
function run(words: readonly string[]): string {
  const places = {
    "deploy/helm/portolan": chart,
    "coredns-values.yaml": recordedValues("cluster"),
  };
  const args = words.slice(1).map((word) => places[word as keyof typeof places] ?? word);
  return runHelm([...args, "--kubeconfig", plane.kubeconfig()]);
}

async function imageOf(name: string): Promise<string | undefined> {
  const reference = { apiVersion: "apps/v1", kind: "Deployment", namespace: "kube-system", name };
  return /"image":"([^"]+)"/.exec(JSON.stringify(await client.get(reference)))?.[1];
}

it("the chart's README leads from CoreDNS's chart to Portolan, and back", async () => {
  const target = ["--namespace", "kube-system", "--kubeconfig", plane.kubeconfig()];
  runHelm(["install", "coredns", recordedChart(plane.folder, "cluster"), ...target]);
  const [upgrade = [], rollback = [], ...others] = commandsBehind("## With the values of CoreDNS");
  expect(others).toEqual([]);
  run(upgrade);
  expect(await imageOf("coredns")).toMatch(/^images\.example\/portolan:/);
  run(rollback);
  expect(await imageOf("coredns")).toMatch(/coredns:1\./);
  runHelm(["uninstall", "coredns", ...target]);
});

it("the chart's README takes over kubeadm's Service", async () => {
  await loadManifests(client, KUBE_DNS);
  const [install = [], ...others] = commandsBehind("# The chart");
  expect(others).toEqual([]);
  run(install);
  expect(await imageOf("portolan")).toMatch(/^images\.example\/portolan:/);
});
