import { LOG_FORMATS } from "../observe/log-format.ts";
import type { LogFormat } from "../observe/log-format.ts";
import type { Arguments } from "./arguments.ts";

/** The flags of serving: CoreDNS's, and the admin socket. */
export interface Flags {
  readonly conf: string | undefined;
  readonly port: number;
  readonly pidfile: string | undefined;
  /** Where the admin socket is to be, "off" for nowhere. */
  readonly admin: string | undefined;
  /** File of the token that the admin endpoint asks for over TCP. */
  readonly adminToken: string | undefined;
  readonly quiet: boolean;
  readonly logFormat: LogFormat;
}

/** @throws {TypeError} for a flag whose value is wrong. */
export function parseFlags({ values, switches }: Arguments): Flags {
  return {
    conf: values.get("conf"),
    port: parsePort("-dns.port", values.get("dns.port") ?? "53"),
    pidfile: values.get("pidfile"),
    admin: values.get("admin"),
    adminToken: values.get("admin.token"),
    quiet: switches.has("quiet"),
    logFormat: parseLogFormat(values.get("log-format") ?? "text"),
  };
}

/** CoreDNS's words for a wrong one. */
function parseLogFormat(text: string): LogFormat {
  const format = LOG_FORMATS.find((one) => one === text);
  if (format) return format;
  throw new TypeError(`unknown log format "${text}": expected text or json`);
}

/** @throws {TypeError} if the text is no port. */
export function parsePort(flag: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new TypeError(`Cannot parse flag ${flag} "${text}": not a port between 0 and 65535`);
}
