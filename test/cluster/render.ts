import { execFileSync } from "node:child_process";
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { DEPLOY } from "../deploy-files.ts";
import type { HelmVersion } from "./binaries.ts";
import { findHelm, findKustomize } from "./binaries.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { parseManifests } from "./load-manifests.ts";

export const CHART: string = join(DEPLOY, "helm/portolan");

/** @param folder below `deploy/kubernetes` */
export function kustomize(folder: string): KubernetesObject[] {
  return build(join(DEPLOY, "kubernetes", folder));
}

/** The base with components, as a user's own overlay would have it. */
export function kustomizeWith(components: readonly string[]): KubernetesObject[] {
  return kustomizeText((path) =>
    JSON.stringify({
      apiVersion: "kustomize.config.k8s.io/v1beta1",
      kind: "Kustomization",
      resources: [path("base")],
      components: components.map(path),
    }),
  );
}

/** @param write the text of `kustomization.yaml`, told how to name a folder below `deploy/kubernetes` */
export function kustomizeText(
  write: (path: (name: string) => string) => string,
): KubernetesObject[] {
  // The real path: Kustomize takes relative paths from there.
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "portolan-overlay-")));
  const text = write((name) => relative(folder, join(DEPLOY, "kubernetes", name)));
  try {
    writeFileSync(join(folder, "kustomization.yaml"), text);
    return build(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function build(folder: string): KubernetesObject[] {
  return parseManifests(run(findKustomize(), ["build", folder]));
}

/** What the chart makes of these arguments of `helm template`. */
export function helmTemplate(args: readonly string[]): KubernetesObject[] {
  const rendered = runHelm(["template", "portolan", CHART, "--namespace", "kube-system", ...args]);
  return parseManifests(rendered);
}

/** @throws {Error} with what Helm says, if it fails */
export function runHelm(args: readonly string[], version: HelmVersion = 4): string {
  return run(findHelm(version), args);
}

/** Flags with which a chart takes over what is there; Helm 3 overwrites what others have set without being told. */
export function takeOwnership(version: HelmVersion): string[] {
  return version === 3 ? ["--take-ownership"] : ["--take-ownership", "--force-conflicts"];
}

function run(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, { encoding: "utf8", stdio: "pipe" });
  } catch (cause) {
    const { stderr = "" } = cause as { stderr?: string };
    throw new Error(`Cannot run "${[program, ...args].join(" ")}": ${stderr}`, { cause });
  }
}
