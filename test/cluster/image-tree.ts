import { execFile, execFileSync } from "node:child_process";
import {
  copyFileSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { ARCHITECTURES } from "../../deploy/image/architectures.ts";
import { appTree } from "../../deploy/image/portolan-tree.ts";
import type { FileEntry } from "../../deploy/image/tree.ts";
import { file } from "../../deploy/image/tree.ts";
import { findProgram } from "../bench/find-program.ts";
import { ROOT } from "../run-portolan.ts";
import { ChildProgram } from "./child-program.ts";

const START_TIMEOUT_MS = 20_000;
const SCRIPT = join(import.meta.dirname, "testdata/start-container.sh");

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

/** Writes what the image has on top of its base into a folder; Node is the one that runs this. */
export function makeImageTree(folder: string): string {
  const [architecture] = ARCHITECTURES.filter(({ node }) => node === `node-linux-${process.arch}`);
  if (architecture === undefined) throw new Error(`no image is made for "${process.arch}"`);
  const koffi = { files: installedFiles(architecture.koffi) };
  for (const entry of appTree(architecture, koffi)) {
    const place = join(folder, entry.path);
    mkdirSync(dirname(place), { recursive: true });
    if (entry.kind === "file") writeFileSync(place, entry.content, { mode: entry.mode });
    if (entry.kind === "link") symlinkSync(entry.target, place);
  }
  const node = join(folder, "usr/local/bin/node");
  copyFileSync(realpathSync(process.execPath), node);
  execFileSync("setcap", ["cap_net_bind_service=+ep", node]);
  return folder;
}

function installedFiles(name: string): FileEntry[] {
  const folder = join(ROOT, "node_modules", name);
  const found = globSync("**/*", { cwd: folder, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => file(relative(folder, path), readFileSync(path)));
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
