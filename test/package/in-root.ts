import type { ChildProcess } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";

/** Of the machine nothing shows within but its processes and its loopback. */
const ENVIRONMENT = {
  PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
  LC_ALL: "C",
  DEBIAN_FRONTEND: "noninteractive",
};
const running = new Set<ChildProcess>();

/** A program in a file tree that stands for a machine of its own. */
export class InRoot {
  readonly child: ChildProcess;
  output = "";
  readonly #ended: Promise<number | null>;

  constructor(root: string, command: readonly string[]) {
    this.child = spawn("chroot", [root, ...command], { env: ENVIRONMENT });
    running.add(this.child);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    }
    this.#ended = new Promise((resolve) => {
      this.child.on("close", (code) => {
        running.delete(this.child);
        resolve(code);
      });
    });
  }

  /** Ends what a failed test has left running. */
  static endAll(): void {
    for (const child of running) child.kill("SIGKILL");
  }

  /** @returns what a program printed that has ended well */
  static run(root: string, command: readonly string[]): string {
    return execFileSync("chroot", [root, ...command], {
      encoding: "utf8",
      env: ENVIRONMENT,
      stdio: "pipe",
    });
  }

  /** The port that the server says it serves on. */
  async port(): Promise<number> {
    for (;;) {
      const [, port] = /^\.:(\d+) on \S+$/m.exec(this.output) ?? [];
      if (port !== undefined) return Number(port);
      if (this.child.exitCode !== null) throw new Error(`ended: ${this.output}`);
      await Promise.race([
        new Promise((resolve) => this.child.stdout?.once("data", resolve)),
        this.#ended,
      ]);
    }
  }

  ended(): Promise<number | null> {
    return this.#ended;
  }

  /** @returns the exit code */
  stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    return this.#ended;
  }
}
