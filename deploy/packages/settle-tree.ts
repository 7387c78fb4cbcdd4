import { chmodSync, globSync, lstatSync, utimesSync } from "node:fs";
import { join } from "node:path";

/** Gives all that is below a folder one time and the permissions that any umask would have made otherwise. */
export function settleTree(folder: string, epochSeconds: number): void {
  const paths = ["", ...globSync("**/*", { cwd: folder })].map((path) => join(folder, path));
  for (const path of paths.toReversed()) {
    const status = lstatSync(path);
    if (status.isSymbolicLink()) continue;
    chmodSync(path, status.isDirectory() || (status.mode & 0o100) !== 0 ? 0o755 : 0o644);
    utimesSync(path, epochSeconds, epochSeconds);
  }
}
