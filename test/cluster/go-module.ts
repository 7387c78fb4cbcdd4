import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { findProgram } from "../bench/find-program.ts";

const MODULE_FILES = ["main.go", "go.mod", "go.sum"];

/**
 * The program that a Go module beside this file makes: from the user's cache, or built into it once, which
 * takes some minutes.
 * @param folder `control-plane`
 * @param source the module's own program, or a package that it names as a tool
 * @throws {Error} that says what to install
 */
export function builtProgram(name: string, folder: string, source = "."): string {
  const module = join(import.meta.dirname, folder);
  const cache = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "portolan");
  const path = join(cache, `${name}-${digestOf(module)}`);
  if (!existsSync(path)) build({ name, module, path, source });
  return path;
}

/** Another version of the module has another place in the cache. */
function digestOf(module: string): string {
  const hash = createHash("sha256");
  for (const file of MODULE_FILES) {
    const path = join(module, file);
    if (existsSync(path)) hash.update(readFileSync(path));
  }
  return hash.digest("hex").slice(0, 16);
}

/** @returns the path of Go's own program, if it is installed */
export function findGo(): string | undefined {
  return findProgram("go", ["/usr/local/go/bin"]);
}

interface Build {
  readonly name: string;
  readonly module: string;
  readonly path: string;
  readonly source: string;
}

function build({ name, module, path, source }: Build): void {
  const go = findGo();
  if (go === undefined) {
    throw new Error(
      `Cannot build "${name}": no Go; install it from https://go.dev/dl, or name a folder with ` +
        "kube-apiserver and etcd in KUBEBUILDER_ASSETS",
    );
  }
  console.log(`Building ${name} once, which takes some minutes: ${path}`);
  mkdirSync(join(path, ".."), { recursive: true });
  const draft = `${path}.${process.pid}`;
  try {
    execFileSync(go, ["build", "-o", draft, source], { cwd: module, stdio: "inherit" });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
