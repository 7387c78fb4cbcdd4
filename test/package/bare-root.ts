import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync } from "node:fs";
import { makeDebianTar } from "../../deploy/debian-tar.ts";
import { CACHE } from "./cache.ts";

/** What our packages depend on; with it comes a system with dpkg and a shell, and no Node. */
const PACKAGES = ["libc6", "libgcc-s1", "libstdc++6"];

/** Unpacks a small Debian into a folder. */
export function makeBareRoot(folder: string): void {
  const tar = `${folder}.tar`;
  const tree = { variant: "essential", architecture: "amd64", packages: PACKAGES } as const;
  makeDebianTar(tree, tar, CACHE);
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-C", folder, "-xf", tar]);
  rmSync(tar);
}
