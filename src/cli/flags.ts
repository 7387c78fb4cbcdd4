import { LOG_FORMATS } from "../observe/log-format.ts";
import type { LogFormat } from "../observe/log-format.ts";
import { nearestName } from "../text/nearest-name.ts";
import { readArguments } from "./arguments.ts";

/** The flags of the command line: CoreDNS's, with one dash or two. */
export interface Flags {
  readonly conf: string | undefined;
  readonly port: number;
  readonly pidfile: string | undefined;
  /** Where the admin socket is to be, "off" for nowhere. */
  readonly admin: string | undefined;
  readonly plugins: boolean;
  readonly quiet: boolean;
  readonly logFormat: LogFormat;
  readonly version: boolean;
  readonly help: boolean;
}

export const USAGE = `Usage: portolan [FLAGS]                serve DNS
       portolan check [FILE] [FLAGS]   say all that is wrong with a Corefile, and end
       portolan query NAME [TYPE] ...  ask a DNS server; "portolan query -h" says more
       portolan explain NAME [TYPE]    say why a name resolves or does not; "portolan explain -h"
       portolan help                   say this
       portolan version                the same as -version

  -conf FILE        Corefile to load, "-" for standard input (default: ./Corefile, then the example)
  -dns.port PORT    port for server blocks that name none (default 53)
  -p PORT           the same
  -pidfile FILE     write the process id to FILE
  -admin PATH       Unix socket that "portolan explain" asks (default: portolan.sock in
                    $RUNTIME_DIRECTORY or $XDG_RUNTIME_DIR, else beside the pidfile), or "off"
  -plugins          list the plugins in their order, and exit
  -log-format FORMAT  "text" (default) or "json"
  -quiet            print nothing at start
  -version, -v      print version, platform and commit, and exit
  -help, -h         print this, and exit

Flags may have one dash or two, and "=" before their value.
`;

/** Commands; without one, DNS is served. */
export const COMMANDS = ["check", "query", "explain", "help", "version"] as const;

/**
 * Reads the flags.
 * @param takesFile whether a word may name the Corefile, as `-conf` does
 * @throws {TypeError} for a flag that does not exist, lacks its value, or has a wrong one, and for a word
 * that is no flag.
 */
export function parseFlags(args: readonly string[], takesFile = false): Flags {
  const { values, switches, words } = readArguments(args, {
    conf: "value",
    "dns.port": "value",
    p: "value",
    pidfile: "value",
    admin: "value",
    plugins: "switch",
    "log-format": "value",
    quiet: "switch",
    version: "switch",
    v: "switch",
    help: "switch",
    h: "switch",
  });
  const [file, ...strangers] = takesFile ? words : [undefined, ...words];
  if (strangers[0] !== undefined) throw strangeWord(strangers[0], takesFile);
  const conf = values.get("conf");
  if (conf !== undefined && file !== undefined) {
    throw new TypeError(`Cannot check "${file}": -conf names "${conf}" already`);
  }
  return {
    conf: conf ?? file,
    port: parsePort("-dns.port", values.get("dns.port") ?? values.get("p") ?? "53"),
    pidfile: values.get("pidfile"),
    admin: values.get("admin"),
    plugins: switches.has("plugins"),
    quiet: switches.has("quiet"),
    logFormat: parseLogFormat(values.get("log-format") ?? "text"),
    version: switches.has("version") || switches.has("v"),
    help: switches.has("help") || switches.has("h"),
  };
}

function strangeWord(word: string, takesFile: boolean): TypeError {
  if (takesFile) return new TypeError(`Cannot check "${word}": one Corefile at a time`);
  const nearest = nearestName(word, COMMANDS);
  const hint =
    nearest === undefined
      ? `known are ${COMMANDS.join(", ")}; -conf names a Corefile`
      : `did you mean "${nearest}"?`;
  return new TypeError(`Cannot run "${word}": not a command, ${hint}`);
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
