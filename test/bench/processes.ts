import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** How to start a program. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** A program that runs until it is stopped, and writes all it says to a file. */
export interface RunningProcess {
  readonly pid: number;
  /** Settles when it has ended, however it did. */
  readonly ended: Promise<void>;
  /** Undefined while it runs; afterwards how it ended, with its last words. */
  ending(): string | undefined;
  /** Asks it to end, and makes it end if it does not within a second. */
  stop(): Promise<void>;
}

const STOP_TIMEOUT_MS = 1000;
const LAST_LINES = 3;
const LAST_CHARACTERS = 300;

const children = new Set<ChildProcess>();
const folders = new Set<string>();

/** Starts a program in a process group of its own, so that its children end with it. */
export function start(command: Command, logFile: string): RunningProcess {
  const log = openSync(logFile, "w");
  const child = spawn(command.program, command.args, {
    detached: true,
    env: { ...process.env, ...command.environment },
    stdio: ["ignore", log, log],
  });
  closeSync(log);
  let failure = "";
  child.on("error", (error) => (failure = error.message));
  const ended = track(child);
  return {
    pid: child.pid ?? -1,
    ended,
    ending: () => {
      if (failure !== "") return failure;
      if (isAlive(child)) return undefined;
      return `${howItEnded(child)}: ${lastWords(logFile)}`;
    },
    stop: async () => {
      kill(child, "SIGTERM");
      await Promise.race([ended, sleep(STOP_TIMEOUT_MS, undefined, { ref: false })]);
      kill(child, "SIGKILL");
      await ended;
    },
  };
}

/** Remembers a folder, so that it goes with the bench. */
export function removeAtExit(folder: string): void {
  folders.add(folder);
}

/** Makes every way out of the bench leave nothing behind: the end, an error, Ctrl-C. */
export function cleanUpAtExit(): void {
  process.once("exit", () => {
    for (const child of children) kill(child, "SIGKILL");
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  process.once("SIGINT", () => process.exit(130));
  process.once("SIGTERM", () => process.exit(143));
  process.once("SIGHUP", () => process.exit(129));
}

/** Remembers a child, so that it dies with the bench. */
function track(child: ChildProcess): Promise<void> {
  children.add(child);
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = () => {
    children.delete(child);
    resolve();
  };
  child.once("exit", forget);
  child.once("error", forget);
  return promise;
}

function isAlive(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** Signals the whole process group; one that has gone already is what was wanted. */
function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || !isAlive(child)) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}

function howItEnded(child: ChildProcess): string {
  return child.signalCode === null
    ? `exit code ${child.exitCode}`
    : `killed by ${child.signalCode}`;
}

/** The error that a program named, or else the last that it said. */
function lastWords(logFile: string): string {
  const lines = readFileSync(logFile, "utf8")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const errors = lines.filter((line) => /^\w*Error\b.*:/.test(line));
  const words = (errors.length > 0 ? errors : lines).slice(-LAST_LINES).join(" | ");
  return words === "" ? "it said nothing" : words.slice(0, LAST_CHARACTERS);
}
