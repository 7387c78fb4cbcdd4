import type { Readable } from "node:stream";
import { guard } from "../../observe/faults.ts";

const CHECK_MS = 1_000;
/** How long the rest of a short body may take to begin or go on. */
const BODY_IDLE_MS = 30_000;
/** Some dozen objects; queries are answered in between. */
const TURN_OCTETS = 16_384;

/** Nothing has come for longer than silence is natural. */
export class SilenceError extends Error {
  override readonly name = "SilenceError";
}

/**
 * All octets of a body.
 * @throws {Error} if there are more than `maxOctets`, or the body ends early
 */
export async function readBody(body: Readable, maxOctets: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  await readChunks(
    body,
    () => BODY_IDLE_MS,
    (chunk) => {
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxOctets) body.destroy(new Error(`a body of more than ${maxOctets} octets`));
    },
  );
  return Buffer.concat(chunks, length);
}

/**
 * Hands on what comes, so many octets in a turn of the event loop at most: what they stand for is read in
 * no time, but of a whole cluster there are megabytes in the kernel. Resolves at the end of the body, rejects
 * if it breaks off or is destroyed, and if nothing has come for longer than `idleMs` says at that time.
 */
export function readChunks(
  body: Readable,
  idleMs: () => number,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastMs = performance.now();
  const guarded = <Args extends unknown[]>(run: (...args: Args) => void) =>
    guard("response of the API server", run, (error) => body.destroy(error));
  const look = guarded(() => {
    const silentMs = performance.now() - lastMs;
    if (silentMs <= idleMs()) return;
    body.destroy(new SilenceError(`nothing came for ${Math.round(silentMs / 1_000)} s`));
  });
  const timer = setInterval(look, CHECK_MS);
  timer.unref();
  const pieces = new Pieces(body, onChunk);
  const take = guarded((chunk: Buffer) => {
    lastMs = performance.now();
    pieces.push(chunk);
  });
  body.on("data", take);
  body.on("error", (error) => {
    pieces.drop();
    reject(error);
  });
  body.on("close", () => {
    clearInterval(timer);
    if (isWhole(body)) return pieces.whenEmpty(resolve);
    pieces.drop();
    reject(new Error("connection lost"));
  });
  return promise;
}

/** Octets that have come and wait for their turn; the body is paused meanwhile. */
class Pieces {
  readonly #body: Readable;
  readonly #onPiece: (piece: Buffer) => void;
  #waiting: Buffer[] = [];
  /** Octets that there is still time for in this turn. */
  #left = TURN_OCTETS;
  #onEmpty: (() => void) | undefined;

  constructor(body: Readable, onPiece: (piece: Buffer) => void) {
    this.#body = body;
    this.#onPiece = onPiece;
  }

  push(chunk: Buffer): void {
    this.#waiting.push(chunk);
    this.#hand();
  }

  drop(): void {
    this.#waiting = [];
  }

  whenEmpty(onEmpty: () => void): void {
    if (this.#waiting.length === 0) onEmpty();
    else this.#onEmpty = onEmpty;
  }

  #hand(): void {
    while (this.#left > 0) {
      const chunk = this.#waiting.shift();
      if (!chunk) return;
      const piece = chunk.subarray(0, this.#left);
      if (piece.length < chunk.length) this.#waiting.unshift(chunk.subarray(piece.length));
      this.#left -= piece.length;
      if (this.#left === 0) this.#rest();
      this.#onPiece(piece);
    }
  }

  #rest(): void {
    this.#body.pause();
    const goOn = guard(
      "response of the API server",
      () => this.#goOn(),
      (error) => {
        this.drop();
        this.#body.destroy(error);
        this.#onEmpty?.();
      },
    );
    setImmediate(goOn);
  }

  #goOn(): void {
    this.#left = TURN_OCTETS;
    this.#hand();
    if (this.#left === 0) return;
    this.#onEmpty?.();
    this.#body.resume();
  }
}

/** An HTTP/2 stream that was reset, as when its connection is lost, ends like any other. */
function isWhole(body: Readable & { readonly rstCode?: number }): boolean {
  return body.readableEnded && (body.rstCode ?? 0) === 0;
}
