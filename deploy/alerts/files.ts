import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { AlertSource, Format } from "./render.ts";
import { SERVERS, renderAlerts, renderForChart } from "./render.ts";

/** `deploy`. */
const DEPLOY = join(import.meta.dirname, "..");

export function readAlertSource(): AlertSource {
  return parse(readFileSync(join(DEPLOY, "alerts/alerts.yaml"), "utf8")) as AlertSource;
}

/** All files that are made of the source: paths below `deploy`, and what is to be in them. */
export function alertFiles(source: AlertSource): ReadonlyMap<string, string> {
  const files = new Map([["helm/portolan/files/alerts.yaml", renderForChart(source)]]);
  for (const servers of SERVERS) {
    const end = servers === "service" ? "" : `-${servers}`;
    const add = (path: string, format: Format): void => {
      files.set(path, renderAlerts(source, format, servers));
    };
    add(`alerts/portolan${end}.rules.yaml`, "prometheus");
    add(`kubernetes/monitoring/prometheus-rule${end}.yaml`, "operator");
    add(`kubernetes/google-monitoring/rules${end}.yaml`, "google");
    add(`kubernetes/google-monitoring/cluster-rules${end}.yaml`, "google-cluster");
  }
  return files;
}

/** @param path below `deploy` */
export function pathOf(path: string): string {
  return join(DEPLOY, path);
}
