import type { Readable } from "node:stream";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";

/**
 * The octets that a body stands for. One that breaks off breaks off in this form, too.
 * @param encoding of the header Content-Encoding (RFC 9110 §8.4)
 */
export function inflatedBody(encoding: string | undefined, body: Readable): Readable {
  if (encoding !== "gzip") return body;
  const inflated = createGunzip();
  // Whoever reads it hears of errors.
  pipeline(body, inflated, () => {});
  return inflated;
}
