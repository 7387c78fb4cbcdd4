import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { guard } from "../../observe/faults.ts";
import type { Logger } from "../../observe/log.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import type { Hook } from "./parse.ts";

/** Runs commands when the configuration is at work, and when the server is told to end. */
export class On implements Instance {
  readonly #hooks: readonly Hook[];
  readonly #log: Logger;
  /** The commands of the start, one after the other. */
  #started: Promise<void> = Promise.resolve();

  constructor(hooks: readonly Hook[], log: Logger) {
    this.#hooks = hooks;
    this.#log = log;
  }

  serving(): void {
    this.#started = this.#run("startup");
  }

  /** The server goes on serving until they have ended. */
  async drain(): Promise<void> {
    await this.#started;
    await this.#run("shutdown");
  }

  async #run(event: Hook["event"]): Promise<void> {
    for (const hook of this.#hooks) {
      if (hook.event !== event) continue;
      const ended = this.#execute(hook);
      if (!hook.isBackground) await ended;
    }
  }

  /** Resolves when the command has ended, however that went. */
  async #execute({ command, args, isBackground }: Hook): Promise<void> {
    const text = [command, ...args].join(" ");
    const kind = isBackground ? "Nonblocking" : "Blocking";
    this.#log.info(`${kind} Command "${text}" with ID ${randomUUID()}`);
    const fail = (reason: string): void => this.#log.error(`Command "${text}" failed: ${reason}`);
    try {
      const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
      if (isBackground) child.unref();
      child.on(
        "error",
        guard("command of an event", (error: Error) => fail(error.message)),
      );
      const [code, signal] = (await once(child, "close")) as [number | null, string | null];
      // The error has been told if there was nothing to run.
      if (signal !== null) fail(signal);
      else if (code !== null && code > 0) fail(`exit status ${code}`);
    } catch (error) {
      if (!(error as NodeJS.ErrnoException).syscall?.startsWith("spawn")) fail(String(error));
    }
  }
}
