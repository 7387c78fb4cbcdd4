import type { Architecture } from "../image/architectures.ts";
import { ARCHITECTURES } from "../image/architectures.ts";

/** A kind of machine that packages are made for, and what it is called by whom. */
export interface Target {
  /** By Node, and in the tarball's name. */
  readonly cpu: "x64" | "arm64";
  /** By Debian and Go. */
  readonly debian: string;
  /** By rpm. */
  readonly rpm: string;
  /** As the image knows it. */
  readonly architecture: Architecture;
}

const [amd64, arm64] = ARCHITECTURES as readonly [Architecture, Architecture];

export const TARGETS: readonly Target[] = [
  { cpu: "x64", debian: "amd64", rpm: "x86_64", architecture: amd64 },
  { cpu: "arm64", debian: "arm64", rpm: "aarch64", architecture: arm64 },
];
