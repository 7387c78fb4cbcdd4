import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";

/** The Debian that the image stands on, and that the tests install packages in. */
export const SUITE = "trixie";

export interface DebianTree {
  /** mmdebstrap's: `extract` runs nothing of the packages, so any architecture will do; `essential` has dpkg and a shell. */
  readonly variant: "extract" | "essential";
  /** As Debian calls it. */
  readonly architecture: string;
  readonly packages: readonly string[];
  /** Another Debian than the one that the image stands on. */
  readonly suite?: string;
  /** Further arguments of mmdebstrap. */
  readonly more?: readonly string[];
}

/**
 * Makes a tar of packages of Debian's suite as they are now, by mmdebstrap.
 * @param keptIn a folder where a tar of the same description is looked for, and left for the next one
 * @throws {Error} where mmdebstrap is not installed, or cannot
 */
export function makeDebianTar(tree: DebianTree, tar: string, keptIn?: string): void {
  if (keptIn === undefined) {
    bootstrap(tree, tar);
    return;
  }
  const { variant, architecture, suite = SUITE } = tree;
  const digest = createHash("sha256").update(JSON.stringify([SUITE, tree])).digest("hex");
  const kept = join(keptIn, `${suite}-${variant}-${architecture}-${digest.slice(0, 16)}.tar`);
  if (!existsSync(kept)) {
    mkdirSync(keptIn, { recursive: true });
    const draft = `${kept}.${process.pid}.tar`;
    bootstrap(tree, draft);
    renameSync(draft, kept);
  }
  copyFileSync(kept, tar);
}

function bootstrap(tree: DebianTree, tar: string): void {
  const { variant, architecture, packages, more = [], suite = SUITE } = tree;
  const what = [`--variant=${variant}`, `--architectures=${architecture}`];
  const args = [...what, "--quiet", `--include=${packages.join(",")}`, ...more, suite, tar];
  try {
    execFileSync("mmdebstrap", args, { encoding: "utf8", stdio: "pipe" });
  } catch (cause) {
    const { code, stderr } = cause as { code?: string; stderr?: string };
    const why =
      code === "ENOENT"
        ? "mmdebstrap is not installed (apt-get install mmdebstrap)"
        : stderr?.trim();
    throw new Error(`Cannot make a tree of Debian's packages: ${why}`, { cause });
  }
  if (!existsSync(tar)) throw new Error("Cannot make a tree of Debian's packages: no tar came out");
}
