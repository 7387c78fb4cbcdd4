import { execFileSync } from "node:child_process";
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import type { ServedZone } from "./other-servers.ts";

/** How a zone is signed: not at all, or as `dnssec-signzone` is told to deny. */
export type Signing = "none" | "nsec" | "nsec3" | "opt-out";

const DENIAL: Readonly<Record<Exclude<Signing, "none">, readonly string[]>> = {
  nsec: [],
  nsec3: ["-3", "aabb", "-H", "1"],
  "opt-out": ["-3", "-", "-H", "0", "-A"],
};

/** Signs a zone file with BIND's tools. */
export function signZone(
  { origin, path }: ServedZone,
  signing: Exclude<Signing, "none">,
  folder: string,
): ServedZone {
  const run = (program: string, args: readonly string[]): string =>
    execFileSync(program, args, {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  for (const flags of [["-f", "KSK"], []])
    run("dnssec-keygen", ["-q", "-a", "ECDSAP256SHA256", ...flags, origin]);
  const signed = join(folder, `${origin}signed`);
  run("dnssec-signzone", [
    "-S",
    "-K",
    folder,
    "-P",
    "-o",
    origin,
    ...DENIAL[signing],
    "-f",
    signed,
    path,
  ]);
  copyFileSync(signed, `${signed}.as-made`);
  return { origin, path: signed };
}
