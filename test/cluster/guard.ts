import { spawn } from "node:child_process";
import type { Socket } from "node:net";

/**
 * Lets a shell wait at the end of a pipe that this process holds: however this process dies, the pipe
 * ends, and then the shell does its one thing.
 *
 *   this process ---- pipe ----> sh: read until the end, then SCRIPT with $1
 *        | SIGKILL                      (a session of its own: Ctrl-C does not reach it)
 *
 * @returns what calls the guard off
 */
function guard(script: string, argument: string): () => void {
  const wait = "while read -r line; do :; done; ";
  const shell = spawn("sh", ["-c", wait + script, "guard", argument], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  shell.unref();
  (shell.stdin as Socket).unref();
  shell.stdin?.on("error", () => {});
  return () => void shell.kill("SIGKILL");
}

/** Ends a process when this one is gone, even one that is stopped. */
export function guardProcess(pid: number): () => void {
  return guard('kill -9 "$1" 2>/dev/null', String(pid));
}

/** Removes a folder when this process is gone, after those that write into it. */
export function guardFolder(path: string): () => void {
  return guard('sleep 1; rm -rf "$1"', path);
}
