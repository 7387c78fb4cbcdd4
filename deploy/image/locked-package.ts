import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzip, readTar } from "./tar.ts";
import type { FileEntry } from "./tree.ts";

const ROOT = join(import.meta.dirname, "../..");

export interface LockedPackage {
  readonly version: string;
  /** Names are relative to the package. */
  readonly files: readonly FileEntry[];
}

interface LockEntry {
  readonly version: string;
  readonly integrity: string;
  readonly license?: string;
}

/** What package-lock.json says of a package; it may be named with a path below node_modules. */
export function lockEntry(name: string): LockEntry {
  const text = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  const lock = JSON.parse(text) as { packages: Record<string, LockEntry | undefined> };
  const entry = lock.packages[`node_modules/${name}`];
  if (entry === undefined)
    throw new Error(`Cannot find package "${name}": not in package-lock.json`);
  return entry;
}

/**
 * The package that package-lock.json pins, for whatever machine it is: npm brings it, from its cache if it is there,
 * and its hash has to be the lock file's.
 */
export async function fetchLockedPackage(name: string): Promise<LockedPackage> {
  const { version, integrity } = lockEntry(name);
  const archive = packByNpm(`${name}@${version}`);
  const found = `sha512-${createHash("sha512").update(archive).digest("base64")}`;
  if (found !== integrity) {
    throw new Error(
      `Cannot fetch package "${name}": it has the hash ${found}, package-lock.json says ${integrity}`,
    );
  }
  const entries = await readTar(gunzip(Readable.from([archive])));
  // npm packs all into a folder, most often "package".
  const files = entries
    .filter((entry) => entry.kind === "file")
    .map((entry) => ({ ...entry, path: entry.path.slice(entry.path.indexOf("/") + 1) }));
  return { version, files };
}

function packByNpm(wanted: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), "portolan-package-"));
  try {
    const args = ["pack", wanted, "--pack-destination", folder, "--prefer-offline", "--silent"];
    execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: "pipe" });
    const [name = ""] = readdirSync(folder);
    return readFileSync(join(folder, name));
  } catch (cause) {
    const { stderr } = cause as { stderr?: string };
    const why = stderr?.trim() || (cause as Error).message;
    throw new Error(`Cannot fetch package "${wanted}": ${why}`, { cause });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
