import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ZoneFileCase } from "./zone-file-case.ts";

export const ORIGIN = "example.org.";

/** What the three say: whether each refuses the zone. */
export interface Verdict {
  readonly bind: boolean;
  readonly knot: boolean;
  readonly nsd: boolean;
}

/** How each is asked, with BIND's defaults for a zone that it is primary of. */
const commands: Readonly<Record<keyof Verdict, readonly string[]>> = {
  bind: ["named-checkzone", "-q", "-i", "local", "-k", "fail", ORIGIN, "db"],
  knot: ["kzonecheck", "-o", ORIGIN, "db"],
  nsd: ["nsd-checkzone", ORIGIN, "db"],
};

/** Writes the files of a case; @returns the path of the zone's */
export function writeCase({ text, files = {} }: ZoneFileCase, folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  writeFileSync(join(folder, "db"), text);
  return join(folder, "db");
}

/** Asks the three about the file `db` of a folder. */
export function judge(folder: string): Verdict {
  const refuses = (judgeName: keyof Verdict): boolean => {
    const [command = "", ...options] = commands[judgeName];
    const { status, error } = spawnSync(command, options, { cwd: folder, timeout: 120_000 });
    if (error) throw error;
    return status !== 0;
  };
  return { bind: refuses("bind"), knot: refuses("knot"), nsd: refuses("nsd") };
}
