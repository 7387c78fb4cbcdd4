import { execFile, execFileSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, realpathSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findProgram } from "../bench/find-program.ts";
import { DEPLOY } from "../deploy-files.ts";
import { ROOT } from "../run-portolan.ts";
import { ChildProgram } from "./child-program.ts";

const START_TIMEOUT_MS = 20_000;
const SCRIPT = join(import.meta.dirname, "testdata/start-container.sh");
/** What `build.ts` does not bundle. */
const PACKAGES = ["pino", "koffi"];

/** Whether this process may make namespaces and give capabilities to files. */
export function canStartContainers(): boolean {
  const programs = ["unshare", "capsh", "setcap"].map((name) => findProgram(name));
  if (process.getuid?.() !== 0 || programs.includes(undefined)) return false;
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** Makes the files that `deploy/Dockerfile` puts on top of its base image. */
export function makeImageTree(folder: string, options: { fileCapability: boolean }): string {
  const app = join(folder, "app");
  const binaries = join(folder, "usr/local/bin");
  for (const path of [app, binaries]) mkdirSync(path, { recursive: true });
  const isNoMap = (path: string): boolean => !path.endsWith(".map");
  cpSync(join(ROOT, "dist"), join(app, "dist"), { recursive: true, filter: isNoMap });
  cpSync(join(ROOT, "package.json"), join(app, "package.json"));
  const copy = [join(DEPLOY, "copy-packages.ts"), join(ROOT, "node_modules")];
  execFileSync(process.execPath, [...copy, join(app, "node_modules"), ...PACKAGES]);
  copyFileSync(join(DEPLOY, "portolan"), join(binaries, "portolan"));
  const node = join(binaries, "node");
  copyFileSync(realpathSync(process.execPath), node);
  if (options.fileCapability) execFileSync("setcap", ["cap_net_bind_service=+ep", node]);
  return folder;
}

export interface ImageOptions {
  /** What volumes bring: text by path, such as `etc/coredns/Corefile`. */
  readonly files: Readonly<Record<string, string>>;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the tree as a container would be: user 65532, a file system that cannot be written to, no shell. */
export function startImage(tree: string, options: ImageOptions): Promise<ChildProgram> {
  const folder = mkdtempSync(join(tree, "run-"));
  const [root, files] = [join(folder, "root"), join(folder, "files")];
  mkdirSync(root);
  for (const [path, text] of Object.entries(options.files)) {
    mkdirSync(dirname(join(files, path)), { recursive: true });
    writeFileSync(join(files, path), text);
  }
  return ChildProgram.start({
    name: "image",
    path: "unshare",
    args: ["--mount", "sh", SCRIPT, tree, root, files],
    // As the manifests have it.
    environment: {
      NODE_OPTIONS: "--max-old-space-size-percentage=60",
      NODE_EXTRA_CA_CERTS: "",
      RUNTIME_DIRECTORY: "/run/portolan",
      ...options.environment,
    },
  });
}

/** Until the program's output has a text. */
export async function untilSays(program: ChildProgram, text: string): Promise<void> {
  const hasSaid = async (): Promise<true | undefined> => program.output.includes(text) || undefined;
  await program.until(`says "${text}"`, hasSaid, START_TIMEOUT_MS);
}

export interface InContainer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program in a container that is at work, as `kubectl exec` does: with its user, its files and its environment. */
export function execInContainer(
  { pid }: ChildProgram,
  command: readonly string[],
): Promise<InContainer> {
  const args = ["--userspec=65532:65532", `/proc/${pid}/root`, ...command];
  const env = { PATH: "/usr/local/bin", RUNTIME_DIRECTORY: "/run/portolan" };
  return new Promise((resolve) => {
    execFile(findProgram("chroot") ?? "chroot", args, { env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}
