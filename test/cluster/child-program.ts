import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSecondsOfTree, residentOctetsOfTree } from "../bench/cpu-time.ts";
import { guardProcess } from "./guard.ts";

export interface ProgramOptions {
  /** As messages name it: `kube-apiserver`. */
  readonly name: string;
  readonly path: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly folder?: string;
}

const STOP_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
const LAST_LINES = 12;

/** A program in a process of its own; it does not outlive this process, however that dies. */
export class ChildProgram {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #output = "";

  private constructor(name: string, child: ChildProcess) {
    this.name = name;
    this.#child = child;
    const release = guardProcess(this.pid);
    this.#ended = once(child, "close").then(release);
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (this.#output += text));
    }
  }

  /** @throws {Error} if there is no such program */
  static async start(options: ProgramOptions): Promise<ChildProgram> {
    const { name, path, args, environment, folder } = options;
    const child = spawn(path, args, {
      env: { ...process.env, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      ...(folder === undefined ? {} : { cwd: folder }),
    });
    try {
      await once(child, "spawn");
    } catch (cause) {
      throw new Error(`Cannot start "${path}": ${(cause as Error).message}`, { cause });
    }
    return new ChildProgram(name, child);
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  /** All that it has said, both streams in the order of arrival. */
  get output(): string {
    return this.#output;
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Undefined while it runs, and when a signal ended it. */
  get exitCode(): number | undefined {
    return this.#child.exitCode ?? undefined;
  }

  /** Resident memory, in octets. */
  residentOctets(): number {
    return residentOctetsOfTree(this.pid);
  }

  /** Time on a CPU since it began. */
  cpuSeconds(): number {
    return cpuSecondsOfTree(this.pid);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Lets it do nothing at all: its connections stay open, and silent. Resolves when its last thread stands. */
  async freeze(): Promise<void> {
    this.signal("SIGSTOP");
    // The signal is only sent then: for some milliseconds, other threads go on.
    while (this.isRunning && !isStopped(this.pid)) await sleep(1);
  }

  thaw(): void {
    this.signal("SIGCONT");
  }

  /** Resolves when it has ended, however it did, and all that it said is in `output`. */
  ended(): Promise<void> {
    return this.#ended;
  }

  /** Asks it to end, and makes it end if it does not within ten seconds. */
  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    this.signal(signal);
    // A frozen one hears of the signal only then.
    if (signal !== "SIGKILL") this.thaw();
    const timer = setTimeout(() => this.signal("SIGKILL"), STOP_TIMEOUT_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  /**
   * Asks again and again until something is there.
   * @throws {Error} with the last words of the program if it ends, or if the time is up
   */
  async until<T>(what: string, ask: () => Promise<T | undefined>, timeoutMs: number): Promise<T> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const result = await ask();
      if (result !== undefined) return result;
      if (!this.isRunning) await this.#ended;
      const state = this.isRunning ? `not within ${timeoutMs} ms` : "it ended";
      if (!this.isRunning || performance.now() > deadline) {
        throw new Error(`Cannot wait until "${this.name}" ${what}: ${state}\n${this.lastWords()}`);
      }
      await sleep(POLL_MS);
    }
  }

  lastWords(): string {
    return this.#output.trimEnd().split("\n").slice(-LAST_LINES).join("\n");
  }
}

/** Whether no thread is in another state than T, which stands behind the name in brackets: proc_pid_stat(5). */
function isStopped(pid: number): boolean {
  const folder = `/proc/${pid}/task`;
  return list(folder).every((thread) => {
    const stat = read(`${folder}/${thread}/stat`);
    return stat === "" || /\) T /.test(stat);
  });
}

/** Processes and threads may end at any moment: then there is nothing. */
function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
