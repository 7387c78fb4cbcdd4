import type { Readable } from "node:stream";

const CHECK_MS = 1_000;
/** How long the rest of a short body may take to begin or go on. */
const BODY_IDLE_MS = 30_000;

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
 * Hands on each chunk as it comes; resolves at the end of the body, rejects if it breaks off or is
 * destroyed, and if nothing has come for longer than `idleMs` says at that time.
 */
export function readChunks(
  body: Readable,
  idleMs: () => number,
  onChunk: (chunk: Buffer) => void,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let lastMs = performance.now();
  const timer = setInterval(() => {
    const silentMs = performance.now() - lastMs;
    if (silentMs <= idleMs()) return;
    body.destroy(new SilenceError(`nothing came for ${Math.round(silentMs / 1_000)} s`));
  }, CHECK_MS);
  timer.unref();
  body.on("data", (chunk: Buffer) => {
    lastMs = performance.now();
    onChunk(chunk);
  });
  body.on("error", reject);
  body.on("close", () => {
    clearInterval(timer);
    if (isWhole(body)) resolve();
    else reject(new Error("connection lost"));
  });
  return promise;
}

/** An HTTP/2 stream that was reset, as when its connection is lost, ends like any other. */
function isWhole(body: Readable & { readonly rstCode?: number }): boolean {
  return body.readableEnded && (body.rstCode ?? 0) === 0;
}
