import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** Makes the bundle that users run, before the tests that run it. */
export function setup(): void {
  const root = join(import.meta.dirname, "..");
  execFileSync(process.execPath, [join(root, "build.ts")], { cwd: root, stdio: "inherit" });
}
