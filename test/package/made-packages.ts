import { execFileSync } from "node:child_process";
import { existsSync, renameSync } from "node:fs";
import { join } from "node:path";
import { inject } from "vitest";
import { ROOT } from "../run-portolan.ts";

/** What `npm run package` makes of the bundle that was built last, for x64. */
export function makePackages(output: string, ...flags: readonly string[]): void {
  const script = join(ROOT, "deploy/packages/main.ts");
  const args = [script, "--cpu", "x64", "--output", output, ...flags];
  execFileSync(process.execPath, args, { stdio: "pipe" });
}

/** The folder with all of them, which are made once for all test files. */
export function madePackages(): string {
  const folder = join(inject("madeOnce"), "packages");
  if (!existsSync(folder)) {
    makePackages(`${folder}.draft`);
    renameSync(`${folder}.draft`, folder);
  }
  return folder;
}
