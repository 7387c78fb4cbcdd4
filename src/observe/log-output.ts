import type { LogSink } from "./log-sink.ts";

/** Octets that may wait to be written: some ten thousand lines. */
const MAX_WAITING_OCTETS = 1_048_576;
/** After a failure, such as a full disk, the same is tried again so often. */
const RETRY_MS = 500;

/**
 * Where log lines go, and never anything that waits for it: what the reader does not take is kept
 * up to a bound, and left out beyond it. When the reader is back, it is told how much it missed.
 */
export class LogOutput {
  readonly #sink: LogSink;
  readonly #maxOctets: number;
  /** Lines left out since the process began. */
  dropped = 0;
  /** Writes the line that says what is missing. */
  tellDropped: (lines: number, reason: string) => void = () => {};
  #waiting: string[] = [];
  /** Of the lines waiting, and of the chunk that is being written. */
  #octets = 0;
  #untold = 0;
  #failure = "";
  #state: "idle" | "soon" | "writing" | "failed" | "telling" = "idle";
  #chunk: Buffer = Buffer.alloc(0);
  #onIdle: (() => void)[] = [];

  constructor(sink: LogSink, maxOctets = MAX_WAITING_OCTETS) {
    this.#sink = sink;
    this.#maxOctets = maxOctets;
  }

  /** @param line with its line break */
  write(line: string): void {
    const octets = Buffer.byteLength(line);
    if (this.#octets + octets > this.#maxOctets && this.#state !== "telling") {
      this.dropped++;
      this.#untold++;
      return;
    }
    this.#waiting.push(line);
    this.#octets += octets;
    if (this.#state !== "idle") return;
    // What else is said in this turn of the event loop goes with it.
    this.#state = "soon";
    setImmediate(() => this.#begin());
  }

  /** Resolves when all has been written: false if that takes longer than `timeoutMs`. */
  written(timeoutMs: number): Promise<boolean> {
    if (this.#state === "idle") return Promise.resolve(true);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs, false);
      this.#onIdle.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
    });
  }

  /** Writes what is taken at once; for a process that ends now. Never throws. */
  writeLast(): void {
    if (this.#state !== "soon") return;
    try {
      this.#sink.writeLast(Buffer.from(this.#waiting.join("")));
    } catch {
      // Nobody is left to be told.
    }
  }

  #begin(): void {
    if (this.#waiting.length === 0) {
      this.#state = "idle";
      for (const resolve of this.#onIdle.splice(0)) resolve();
      return;
    }
    this.#chunk = Buffer.from(this.#waiting.join(""));
    this.#waiting = [];
    this.#write();
  }

  #write(): void {
    this.#state = "writing";
    this.#sink.write(this.#chunk, (error, octets) => {
      if (error) return this.#fail(error);
      this.#octets -= octets;
      this.#chunk = this.#chunk.subarray(octets);
      if (this.#chunk.length > 0) return this.#write();
      this.#tell();
      this.#begin();
    });
  }

  /** The rest of the chunk stays: no line is cut in two. */
  #fail(error: NodeJS.ErrnoException): void {
    this.#state = "failed";
    this.#failure = error.code ?? error.message;
    setTimeout(() => this.#write(), RETRY_MS).unref();
  }

  #tell(): void {
    const [untold, reason] = [this.#untold, this.#failure || "nobody read them"];
    this.#untold = 0;
    this.#failure = "";
    if (untold === 0) return;
    this.#state = "telling";
    this.tellDropped(untold, reason);
  }
}
