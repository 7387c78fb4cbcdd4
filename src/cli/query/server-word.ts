import { isIP } from "node:net";
import { parsePort } from "../flags.ts";
import { CommandLineError } from "./command-line-error.ts";
import type { Transport } from "./settings.ts";

/** A server as it was named, behind `@`. */
export interface ServerWord {
  /** Address or name, without brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly transport: Transport | undefined;
  /** Of its URL. */
  readonly path: string | undefined;
}

const SCHEMES: ReadonlyMap<string, Transport> = new Map([
  ["tcp", "tcp"],
  ["tls", "tls"],
  ["https", "https"],
  ["http", "http"],
]);

/**
 * Reads `192.0.2.1`, `ns.example:1053`, `2001:db8::1`, `[2001:db8::1]:1053`, `tls://ns.example`,
 * `https://ns.example/dns-query`.
 * @throws {CommandLineError} if it is none of them
 */
export function parseServer(text: string): ServerWord {
  const [, scheme, place = ""] = /^(?:([a-z]+):\/\/)?(.*)$/is.exec(text) ?? [];
  const transport = scheme === undefined ? undefined : SCHEMES.get(scheme.toLowerCase());
  if (scheme !== undefined && transport === undefined) {
    const known = [...SCHEMES.keys()].map((one) => `${one}://`).join(" ");
    throw new CommandLineError(
      `Cannot query server "${text}": known are ${known}and no scheme at all`,
    );
  }
  const [, authority = "", path] = /^([^/]*)(\/.*)?$/s.exec(place) ?? [];
  const isHttp = transport === "https" || transport === "http";
  if (path !== undefined && path !== "/" && !isHttp) {
    throw new CommandLineError(`Cannot query server "${text}": only URLs of HTTP have a path`);
  }
  const named = isIP(authority) === 6 ? { host: authority } : splitPort(authority);
  if (!named || named.host === "") {
    throw new CommandLineError(`Cannot query server "${text}": not an address or a name`);
  }
  const port = named.port === undefined ? undefined : parsePort("@", named.port);
  return { host: named.host, port, transport, path: path === "/" ? undefined : path };
}

function splitPort(text: string): { host: string; port?: string } | undefined {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/s.exec(text);
  if (bracketed && isIP(bracketed[1] ?? "") !== 6) return undefined;
  const [, host = "", port] = bracketed ?? /^([^:\s\p{C}]*)(?::(.*))?$/su.exec(text) ?? [];
  return port === undefined ? { host } : { host, port };
}
