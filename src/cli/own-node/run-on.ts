import { spawn } from "node:child_process";
import { isatty } from "node:tty";

/** Those that a terminal sends to all processes in its foreground. */
const OF_TERMINALS: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT", "SIGHUP"];
const OF_OTHERS: readonly NodeJS.Signals[] = ["SIGTERM", "SIGUSR1", "SIGUSR2"];

/**
 * Goes on as another Node with the given arguments: in this very process where Node can (22.15 and newer), else in
 * a child that has our input, output and signals, and whose end is ours. A parent that stays costs 7 MB, and leaves
 * the child behind where somebody kills it by SIGKILL.
 */
export function runOn(node: string, args: readonly string[]): void {
  // Older ones have no such function, and on Windows it throws.
  const { execve } = process as Partial<NodeJS.Process>;
  if (execve !== undefined && process.platform !== "win32") {
    execve.call(process, node, [node, ...args], process.env);
  }
  const child = spawn(node, args, { stdio: "inherit" });
  const hasTerminal = [0, 1, 2].some((descriptor) => isatty(descriptor));
  for (const signal of [...OF_TERMINALS, ...OF_OTHERS]) {
    process.on(signal, () => {
      // The child has had it from the terminal, and takes a second one for impatience.
      if (!hasTerminal || OF_OTHERS.includes(signal)) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`Cannot run "${node}": ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    // To end as the child did, for whoever waits for us.
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
