import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const GROUP_AND_OTHERS = 0o077;

/** A folder of this user alone, for systems that have none for its session; undefined where users have no numbers. */
export function ownFolder(
  base: string = tmpdir(),
  uid: number | undefined = process.getuid?.(),
): string | undefined {
  return uid === undefined ? undefined : join(base, `portolan-${uid}`);
}

/** Makes it if it is not there. @returns why it cannot be used, undefined if it can */
export function makeOwnFolder(path: string): string | undefined {
  try {
    mkdirSync(path, { mode: 0o700 });
    // The umask may have taken rights of ours away.
    chmodSync(path, 0o700);
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    if (code !== "EEXIST") return code;
  }
  return isOwn(path) ? undefined : "it is not a folder of yours alone";
}

/** Whether nobody else can have put anything there: whoever comes first may make such a folder in /tmp. */
export function isOwn(path: string): boolean {
  try {
    const stat = lstatSync(path);
    const isAlone = stat.uid === process.getuid?.() && (stat.mode & GROUP_AND_OTHERS) === 0;
    return stat.isDirectory() && isAlone;
  } catch {
    return false;
  }
}
