import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../bench/find-program.ts";

/** The programs of a control plane. */
export interface Binaries {
  readonly etcd: string;
  readonly kubeApiServer: string;
}

/** The Go module that kube-apiserver is built from. */
const MODULE = join(import.meta.dirname, "control-plane");
const MODULE_FILES = ["main.go", "go.mod", "go.sum"];

/**
 * Finds etcd and kube-apiserver: in the folder that KUBEBUILDER_ASSETS names, as other projects' suites do;
 * else etcd in PATH, and kube-apiserver in the cache, where it is built if it is not there yet.
 * @throws {Error} that says what to install
 */
export function findBinaries(): Binaries {
  return { etcd: findEtcd(), kubeApiServer: findAsset("kube-apiserver") ?? cachedKubeApiServer() };
}

function findAsset(name: string): string | undefined {
  const folder = process.env["KUBEBUILDER_ASSETS"] ?? "";
  const path = join(folder, name);
  return folder !== "" && existsSync(path) ? path : undefined;
}

function findEtcd(): string {
  const path = findAsset("etcd") ?? findProgram("etcd");
  if (path !== undefined) return path;
  throw new Error(
    'Cannot find "etcd": neither in KUBEBUILDER_ASSETS nor in PATH; install Debian\'s etcd-server',
  );
}

function cachedKubeApiServer(): string {
  const folder = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "portolan");
  const path = join(folder, `kube-apiserver-${moduleDigest()}`);
  if (!existsSync(path)) build(folder, path);
  return path;
}

/** Another version of the module has another place in the cache. */
function moduleDigest(): string {
  const hash = createHash("sha256");
  for (const file of MODULE_FILES) hash.update(readFileSync(join(MODULE, file)));
  return hash.digest("hex").slice(0, 16);
}

function build(folder: string, path: string): void {
  const go = findProgram("go", ["/usr/local/go/bin"]);
  if (go === undefined) {
    throw new Error(
      'Cannot build "kube-apiserver": no Go; install it from https://go.dev/dl, or name a folder with ' +
        "kube-apiserver and etcd in KUBEBUILDER_ASSETS",
    );
  }
  console.log(`Building kube-apiserver once, which takes some minutes: ${path}`);
  mkdirSync(folder, { recursive: true });
  const draft = `${path}.${process.pid}`;
  try {
    execFileSync(go, ["build", "-o", draft, "."], { cwd: MODULE, stdio: "inherit" });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
