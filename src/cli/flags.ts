import { parseArgs } from "node:util";
import { LOG_FORMATS } from "../observe/log-format.ts";
import type { LogFormat } from "../observe/log-format.ts";

/** The flags of the command line: CoreDNS's, with one dash or two. */
export interface Flags {
  readonly conf: string | undefined;
  readonly port: number;
  readonly pidfile: string | undefined;
  readonly plugins: boolean;
  readonly quiet: boolean;
  readonly logFormat: LogFormat;
  readonly version: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: portolan [FLAGS]            serve DNS
       portolan check [FLAGS]      read the Corefile and say what is wrong with it
       portolan query NAME [TYPE] [@SERVER] [-p PORT] [-tcp]

  -conf FILE        Corefile to load (default: ./Corefile, then the example; "stdin" reads it there)
  -dns.port PORT    port for server blocks that name none (default 53)
  -p PORT           the same
  -pidfile FILE     write the process id to FILE
  -plugins          list the plugins in their order, and exit
  -log-format FORMAT  "text" (default) or "json"
  -quiet            print nothing at start
  -version          print the version, and exit
`;

/**
 * Reads the flags.
 * @throws {TypeError} for a flag that does not exist, lacks its value, or has a wrong one, and for a word
 * that is no flag.
 */
export function parseFlags(args: readonly string[]): Flags {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    // Go's flags have one dash, and may be written with two.
    args: args.map((arg) => (/^-[a-z]/.test(arg) ? `-${arg}` : arg)),
    strict: true,
    options: {
      conf: { type: "string" },
      "dns.port": { type: "string" },
      p: { type: "string" },
      pidfile: { type: "string" },
      plugins: { type: "boolean", default: false },
      "log-format": { type: "string", default: "text" },
      quiet: { type: "boolean", default: false },
      version: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const [stranger] = positionals;
  if (stranger !== undefined) {
    throw new TypeError(`Cannot run "${stranger}": not a command, expected check, query, or none`);
  }
  const { conf, pidfile, plugins, quiet, version, help } = values;
  const port = parsePort("-dns.port", values["dns.port"] ?? values.p ?? "53");
  const logFormat = parseLogFormat(values["log-format"]);
  return { conf, pidfile, port, plugins, quiet, logFormat, version, help };
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
