import type { ChildProcessByStdio } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { HELD } from "../stub/hold.ts";

type Holder = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * The command for it: *portolan stub install*, as this very build has it.
 * @param as what makes it run as root, in front
 * @param what it is told
 */
export function holdingCommand(as: readonly string[], what: readonly string[]): readonly string[] {
  const { execPath, argv } = process;
  return [...as, execPath, argv[1] ?? "", "stub", "install", "-yes", "-hold", ...what];
}

/** It has to undo what commands did, which may restart services. */
const END_MS = 30_000;
const MAX_OUTPUT = 64 << 10;

export interface HeldStubParts {
  /** What sets it up, says so, and takes it back when its input ends. */
  readonly command: readonly string[];
  /** Tells the user something. */
  readonly say: (text: string, level?: "WARN") => void;
}

/**
 * The system's resolver, set up as long as this program runs. A process of its own does it, as root: it takes all of it back when
 * this one is gone, however that came to pass.
 */
export class HeldStub {
  readonly #parts: HeldStubParts;
  #holder: Holder | undefined;
  #ended: Promise<number> | undefined;
  #stdout = "";
  #stderr = "";

  constructor(parts: HeldStubParts) {
    this.#parts = parts;
  }

  /** Never rejects: what is served is served without it as well. @returns whether it is set up */
  async start(): Promise<boolean> {
    const { command, say } = this.#parts;
    const [program = "", ...args] = command;
    const holder = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    this.#holder = holder;
    const { promise: isHeld, resolve } = Promise.withResolvers<boolean>();
    holder.stdin.on("error", () => {});
    holder.stdout.on("data", (data: Buffer) => {
      this.#stdout = `${this.#stdout}${String(data)}`.slice(-MAX_OUTPUT);
      if (this.#stdout.includes(`${HELD}\n`)) resolve(true);
    });
    holder.stderr.on("data", (data: Buffer) => {
      this.#stderr = `${this.#stderr}${String(data)}`.slice(-MAX_OUTPUT);
    });
    this.#ended = endOf(holder, (reason) => (this.#stderr += reason));
    void this.#ended.then(() => resolve(false));
    if (await isHeld) {
      this.#stderr = "";
      void this.#ended.then(() => this.#tellEnd());
      return true;
    }
    this.#holder = undefined;
    say(
      `Cannot set this machine's resolver up: ${lastLine(this.#stderr) || "no reason is told"}`,
      "WARN",
    );
    return false;
  }

  /** Has all taken back. */
  async stop(): Promise<void> {
    const holder = this.#holder;
    if (!holder) return;
    this.#holder = undefined;
    const { say } = this.#parts;
    holder.stdin.end();
    const { promise: late, resolve } = Promise.withResolvers<"late">();
    const timer = setTimeout(() => resolve("late"), END_MS);
    const code = await Promise.race([this.#ended, late]);
    clearTimeout(timer);
    if (code === 0) return say("This machine's resolver is as it was");
    const reason = code === "late" ? `no end within ${END_MS / 1_000} s` : lastLine(this.#stderr);
    say(`Cannot put this machine's resolver back: ${reason}; see "portolan stub status"`, "WARN");
  }

  /** Nobody has asked it to. */
  #tellEnd(): void {
    if (!this.#holder) return;
    this.#holder = undefined;
    const lines = `${this.#stdout}\n${this.#stderr}`.split(`${HELD}\n`).at(-1) ?? "";
    this.#parts.say(
      `The process that had this machine's resolver set up has ended: ${lastLine(lines) || 'see "portolan stub status"'}`,
      "WARN",
    );
  }
}

/** @returns its exit code, 1 if a signal ended it; 127 if there is no such program */
async function endOf(holder: Holder, tell: (reason: string) => void): Promise<number> {
  try {
    const [code] = (await once(holder, "close")) as [number | null];
    return code ?? 1;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    tell(code === "ENOENT" ? "sudo is not installed: start it as root" : message);
    return 127;
  }
}

function lastLine(text: string): string {
  return text.trimEnd().split("\n").at(-1) ?? "";
}
