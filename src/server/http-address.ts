import type { Token } from "../corefile/directive.ts";
import { tokenError } from "../corefile/directive.ts";

/**
 * Checks the address of an HTTP endpoint: `:8080`, `localhost:9153`, `[::1]:8181`; port 0 takes a
 * free one.
 * @throws {CorefileError} if it has no port, or is none.
 */
export function parseHttpAddress(token: Token): string {
  const [, port] = /^(?:[^:[\]\s]*|\[[\da-f:.%a-z]+\]):(\d{1,5})$/i.exec(token.text) ?? [];
  if (port !== undefined && Number(port) <= 65_535) return token.text;
  throw tokenError(
    token,
    `cannot parse address "${token.text}": expected HOST:PORT, as ":8080" or "[::1]:8080"`,
  );
}
