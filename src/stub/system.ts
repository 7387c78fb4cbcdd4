import { execFile } from "node:child_process";

export interface Finished {
  /** 127 if there is no such program, as a shell has it. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The machine whose resolver is set up, or what a test has in its place. */
export interface System {
  /** As `process.platform`. */
  readonly platform: string;
  readonly isRoot: boolean;
  /** Stands in front of every path: "" for the machine itself, its drive on Windows. */
  readonly root: string;
  run(command: readonly string[]): Promise<Finished>;
}

/** Whoever hangs longer is not waited for. */
const LIMIT_MS = 20_000;
const MAX_OUTPUT_BYTES = 1 << 20;

export function thisSystem(): System {
  const { platform } = process;
  const root = platform === "win32" ? (process.env["SystemDrive"] ?? "C:") : "";
  return { platform, isRoot: process.getuid?.() === 0, root, run };
}

function run([program = "", ...args]: readonly string[]): Promise<Finished> {
  const options = { timeout: LIMIT_MS, maxBuffer: MAX_OUTPUT_BYTES, encoding: "utf8" } as const;
  return new Promise((resolve) => {
    execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      if (error.code === "ENOENT") return resolve({ code: 127, stdout, stderr: "not found" });
      const hung = error.killed === true ? `no end within ${LIMIT_MS / 1000} s` : stderr;
      resolve({ code: typeof error.code === "number" ? error.code : 1, stdout, stderr: hung });
    });
  });
}
