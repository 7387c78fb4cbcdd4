import type { Token } from "../corefile/directive.ts";
import { tokenError } from "../corefile/directive.ts";
import type { Logger } from "../observe/log.ts";
import type { HttpEndpoints, HttpHandler, ServedHttp } from "./http-endpoints.ts";
import { splitAddress } from "./http-endpoints.ts";

/**
 * Reads the address of an HTTP endpoint: `:8080`, `localhost:9153`, `[::1]:8181`. Port 0 takes a
 * free one; so does an empty port (`:`), as in CoreDNS.
 * @throws {CorefileError} if it has no port, or is none.
 */
export function parseHttpAddress(token: Token): string {
  const [, port] = /^(?:[^:[\]\s]*|\[[\da-f:.%a-z]+\]):(\d{0,5})$/i.exec(token.text) ?? [];
  if (port === "") return `${token.text}0`;
  if (port !== undefined && Number(port) <= 65_535) return token.text;
  throw tokenError(
    token,
    `cannot parse address "${token.text}": expected HOST:PORT, as ":8080" or "[::1]:8080"`,
  );
}

/** Serves `path` there. Where the port was left to the system, the log tells which it is. */
export async function serveHttp(
  { host, log }: { readonly host: { readonly http: HttpEndpoints }; readonly log: Logger },
  address: string,
  path: string,
  handler: HttpHandler,
): Promise<ServedHttp> {
  const served = await host.http.serve(address, path, handler);
  if (splitAddress(address).port === 0) log.info(`Serving ${path} on port ${served.port}`);
  return served;
}
