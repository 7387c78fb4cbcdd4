import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { ROOT } from "./run-portolan.ts";

export const DEPLOY: string = join(ROOT, "deploy");

/** A Kubernetes object, or what a kustomization says. */
export interface Manifest {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

export interface ManifestFile {
  /** Below `deploy`. */
  readonly path: string;
  readonly manifest: Manifest;
}

/** Paths below `deploy` of all YAML files that are YAML as they stand: a chart's templates are not. */
export function yamlFiles(): string[] {
  const files = globSync("**/*.{yaml,yml}", { cwd: DEPLOY });
  return files.filter((path) => !path.includes("helm/portolan/templates/")).toSorted();
}

export function readDeployFile(path: string): string {
  return readFileSync(join(DEPLOY, path), "utf8");
}

/**
 * All documents of a file.
 * @throws {Error} where one is not YAML, or uses a key twice
 */
export function documentsOf(path: string): Manifest[] {
  return parseAllDocuments(readDeployFile(path), { strict: true }).map((document) => {
    const [fault] = [...document.errors, ...document.warnings];
    if (fault) throw new Error(`Cannot parse "${path}": ${fault.message}`);
    return document.toJS() as Manifest;
  });
}

/** The objects of `kubernetes/`, as they stand in their files. */
export function kubernetesManifests(): ManifestFile[] {
  const files = yamlFiles().filter((path) => path.startsWith("kubernetes/"));
  return files.flatMap((path) => documentsOf(path).map((manifest) => ({ path, manifest })));
}

interface Panel {
  readonly title: string;
  readonly targets?: readonly { readonly expr: string }[];
}

/** Title and PromQL of each query of the dashboard; Grafana's variables stand in it. */
export function dashboardQueries(): { title: string; expr: string }[] {
  const { panels } = JSON.parse(readDeployFile("grafana/portolan.json")) as { panels: Panel[] };
  return panels.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
}
