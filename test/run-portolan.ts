import type { ChildProcess, SpawnOptions } from "node:child_process";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Top of the checkout. */
export const ROOT: string = join(import.meta.dirname, "..");

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What `npm start` runs; `build-once.ts` makes it before the tests. */
const PROGRAM = join(ROOT, "dist/main.js");

/** A file of the newest build, beside its `main.js`. */
export function bundled(name: string): string {
  const folder = /import ".\/(.*)\/main.js"/.exec(readFileSync(PROGRAM, "utf8"))?.[1] ?? "";
  return join(ROOT, "dist", folder, name);
}

const running = new Set<ChildProcess>();

/** Ends what a failed test has left running. */
export function endAll(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** The program in a process of its own, as a user starts it; `by` is a command that becomes it, as nsenter does. */
export class Portolan {
  readonly child: ChildProcess;
  stdout = "";
  stderr = "";
  readonly finished: Promise<Finished>;

  constructor(
    args: readonly string[],
    program: string = PROGRAM,
    nodeArgs: readonly string[] = [],
    cwd: string = ROOT,
    more: Pick<SpawnOptions, "env" | "stdio"> & { readonly by?: readonly string[] } = {},
  ) {
    const { by = [], ...options } = more;
    const [file = "", ...rest] = [...by, process.execPath, ...nodeArgs, program, ...args];
    this.child = spawn(file, rest, { cwd, ...options });
    running.add(this.child);
    this.child.stdout?.on("data", (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on("data", (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.finished = new Promise((resolve) => {
      this.child.on("close", (code) => {
        running.delete(this.child);
        resolve({ code, stdout: this.stdout, stderr: this.stderr });
      });
    });
  }

  /** What it reads from standard input, all of it. */
  input(text: string): this {
    this.child.stdin?.on("error", () => undefined);
    this.child.stdin?.end(text);
    return this;
  }

  /** Waits for a line of the log that matches. */
  async saying(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match) return match;
      if (this.child.exitCode !== null) throw new Error(`ended: ${this.stdout}${this.stderr}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** The port it says it serves on. */
  async port(): Promise<number> {
    return Number((await this.saying(/^[^\s[{]*\.:(\d+)(?: on \S+)?$/m))[1]);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Finished> {
    this.child.kill(signal);
    return this.finished;
  }
}
