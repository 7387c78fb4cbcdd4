import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where Debian keeps name servers; not in the PATH of most users. */
const SYSTEM_FOLDERS = ["/usr/sbin", "/usr/local/sbin"];

/** The path of a program, looked for in PATH, in the system's folders and in `more`; undefined if there is none. */
export function findProgram(name: string, more: readonly string[] = []): string | undefined {
  const path = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return [...path, ...SYSTEM_FOLDERS, ...more]
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/** The folder that `go install` puts programs in; none where Go is not installed. */
export function goBinaryFolders(): string[] {
  const go = findProgram("go");
  if (go === undefined) return [];
  const folders = execFileSync(go, ["env", "GOPATH"], { encoding: "utf8" }).trim();
  return folders.split(delimiter).map((folder) => join(folder, "bin"));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
