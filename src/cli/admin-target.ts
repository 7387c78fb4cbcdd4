/** Where an admin endpoint is, or is to be. */
export type AdminTarget =
  | { readonly kind: "socket"; readonly path: string }
  | { readonly kind: "tcp"; readonly address: string };

const TCP = "tcp://";

/**
 * Reads what `-admin` says: a path, or `tcp://HOST:PORT`.
 * @throws {TypeError} for an address without a port, or one that is none
 */
export function parseAdminTarget(text: string): AdminTarget {
  if (!text.startsWith(TCP)) return { kind: "socket", path: text };
  const address = text.slice(TCP.length);
  const [, port] = /^(?:[a-z0-9._-]*|\[[\da-f:.]+\]):(\d{1,5})$/i.exec(address) ?? [];
  if (port !== undefined && Number(port) <= 65_535) return { kind: "tcp", address };
  throw new TypeError(
    `Cannot parse flag -admin "${text}": expected tcp://HOST:PORT, as tcp://127.0.0.1:9180`,
  );
}
