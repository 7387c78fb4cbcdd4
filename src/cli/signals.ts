import { describeFault } from "../observe/faults.ts";
import type { Logger } from "../observe/log.ts";

const ENDING: readonly NodeJS.Signals[] = ["SIGTERM", "SIGINT", "SIGQUIT"];
const RELOADING: readonly NodeJS.Signals[] = ["SIGUSR1", "SIGHUP"];

export interface SignalOptions {
  /** Whether SIGHUP ends the program, too: somebody has closed the terminal that it belongs to. */
  readonly endsOnHangUp?: boolean;
}

/** What signals ask of a running server. */
export interface SignalledServer {
  /** Reads the configuration again. It never rejects: what went wrong has been logged. */
  reload(): Promise<void>;
  /** Drains, and takes away what was made for the running program. */
  stop(): Promise<void>;
}

/** Where signals come from, and the way out: `process`, or what stands for it in a test. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

/**
 * What the signals of a serving program do, from the moment it begins to start: none of them may
 * end it but those that are meant to, and SIGUSR1 would open Node's debugger.
 */
export class Signals {
  readonly #log: Logger;
  readonly #source: SignalSource;
  #server: SignalledServer | undefined;
  #isStopping = false;
  /** A reload that was asked for while the server was starting. */
  #waiting: NodeJS.Signals | undefined;

  constructor(log: Logger, source: SignalSource = process, options: SignalOptions = {}) {
    this.#log = log;
    this.#source = source;
    const ends = (signal: NodeJS.Signals): boolean =>
      ENDING.includes(signal) || (options.endsOnHangUp === true && signal === "SIGHUP");
    for (const signal of [...ENDING, ...RELOADING]) {
      source.on(signal, () => (ends(signal) ? this.#stop(signal) : this.#reload(signal)));
    }
    source.on("SIGUSR2", () => log.info("SIGUSR2: ignored, there is no upgrade in place"));
  }

  /** From now on there is something to reload and to drain. */
  serve(server: SignalledServer): void {
    this.#server = server;
    if (this.#waiting) this.#reload(this.#waiting);
  }

  #stop(signal: NodeJS.Signals): void {
    // The second Ctrl-C means it.
    if (this.#isStopping) return this.#source.exit(1);
    this.#isStopping = true;
    this.#log.info(`${signal}: ${endingWords(signal)}`);
    if (!this.#server) return this.#source.exit(0);
    this.#server.stop().then(
      () => this.#source.exit(0),
      (error: unknown) => {
        this.#log.error(`Cannot stop in good order: ${describeFault(error)}`);
        this.#source.exit(1);
      },
    );
  }

  #reload(signal: NodeJS.Signals): void {
    if (this.#isStopping) {
      this.#log.info(`${signal}: ignored, the server is shutting down`);
    } else if (!this.#server) {
      // What is being started may have been read before the file was changed.
      this.#log.info(`${signal}: Reloading after the start`);
      this.#waiting = signal;
    } else {
      this.#log.info(`${signal}: Reloading`);
      void this.#server.reload();
    }
  }
}

/** CoreDNS's, as people look for them. */
function endingWords(signal: NodeJS.Signals): string {
  return signal === "SIGTERM" ? "Shutting down servers then terminating" : "Shutting down";
}
