import {
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { written } from "../stub/run-commands.ts";
import type { Finished, System } from "../stub/system.ts";

/** A machine of files in a folder, whose commands are only written down. */
export interface FakeSystem extends System {
  /** As one would type them. */
  readonly commands: string[];
  /** What such a command does, besides being written down. */
  on(command: string, does: () => Partial<Finished>): void;
}

/** @param files by their path on that machine */
export function fakeSystem(
  files: Readonly<Record<string, string>>,
  { platform = "linux", isRoot = true } = {},
): FakeSystem {
  const root = mkdtempSync(join(tmpdir(), "portolan-stub-"));
  const commands: string[] = [];
  const deeds = new Map<string, () => Partial<Finished>>();
  for (const [path, content] of Object.entries(files)) putFile(root, path, content);
  return {
    platform,
    isRoot,
    root,
    commands,
    on: (command, does) => deeds.set(command, does),
    async run(argv) {
      const command = written(argv);
      commands.push(command);
      return { code: 0, stdout: "", stderr: "", ...deeds.get(command)?.() };
    },
  };
}

export function putFile(root: string, path: string, content: string): void {
  mkdirSync(dirname(root + path), { recursive: true });
  writeFileSync(root + path, content);
}

/** All that is in a folder: what each file has, its mode, and where links lead. */
export function treeOf(root: string): Record<string, string> {
  const tree: Record<string, string> = {};
  for (const path of globSync("**/{*,.*}", { cwd: root })) {
    const whole = join(root, path);
    const stat = lstatSync(whole);
    if (stat.isSymbolicLink()) tree[path] = `-> ${readlinkSync(whole)}`;
    else if (stat.isDirectory()) tree[path] = "folder";
    else tree[path] = `${(stat.mode & 0o7777).toString(8)} ${readFileSync(whole, "utf8")}`;
  }
  return tree;
}
