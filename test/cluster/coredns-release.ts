import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../run-portolan.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { parseManifests } from "./load-manifests.ts";
import { CHART } from "./render.ts";

const FOLDER = join(ROOT, "test/testdata/coredns-chart");

/** Values that CoreDNS's chart was rendered with: `cluster`, `defaults` ... */
export function recordedValues(name: string): string {
  return join(FOLDER, `${name}.values.yaml`);
}

/** What CoreDNS's chart made of them, as release `coredns` of `kube-system`. */
export function recordedObjects(name: string): KubernetesObject[] {
  return parseManifests(readRendered(name));
}

/**
 * A chart in the place of CoreDNS's that makes just the recorded objects.
 * @returns its folder, below the given one
 */
export function recordedChart(folder: string, name: string): string {
  const chart = join(folder, `recorded-${name}`);
  mkdirSync(join(chart, "templates"), { recursive: true });
  writeFileSync(join(chart, "Chart.yaml"), "apiVersion: v2\nname: coredns\nversion: 1.46.2\n");
  writeFileSync(join(chart, "templates/objects.yaml"), readRendered(name));
  return chart;
}

/** Portolan's chart for the API server of the tests, which is built without its version, and says that it is 0.0.0. */
export function chartForAnyServer(folder: string): string {
  const chart = join(folder, "portolan");
  cpSync(CHART, chart, { recursive: true });
  const file = join(chart, "Chart.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace(/^kubeVersion: .*$/m, ""));
  return chart;
}

function readRendered(name: string): string {
  return readFileSync(join(FOLDER, `${name}.rendered.yaml`), "utf8");
}
