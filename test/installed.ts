import { spawnSync } from "node:child_process";

/** Whether a tool is not there and need not be: CI installs those of a kind, and insists by `variable`. */
export function isMissing(tool: string, variable: string): boolean {
  if (process.env[variable] === "1") return false;
  return spawnSync("sh", ["-c", `command -v ${tool}`]).status !== 0;
}
