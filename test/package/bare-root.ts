import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Of Debian's suite, and what its packages of ours depend on: a system with dpkg and a shell, and no Node. */
const SUITE = "trixie";
const PACKAGES = ["libc6", "libgcc-s1", "libstdc++6"];

/**
 * Unpacks a small Debian into a folder. It is made by mmdebstrap once, which takes a minute, and kept in the user's cache.
 * @throws {Error} where mmdebstrap is not installed
 */
export function makeBareRoot(folder: string): void {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  const tar = join(cache, "portolan", `bare-root-${SUITE}.tar`);
  if (!existsSync(tar)) {
    mkdirSync(dirname(tar), { recursive: true });
    const draft = `${tar}.${process.pid}.tar`;
    const include = `--include=${PACKAGES.join(",")}`;
    execFileSync("mmdebstrap", ["--variant=essential", "--quiet", include, SUITE, draft], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    renameSync(draft, tar);
  }
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-C", folder, "-xf", tar]);
}
