import { isIP } from "node:net";
import { parsePort } from "../../corefile/arguments.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";

/** What a TO of the Corefile says: an address, or where to find some when the server starts. */
export interface Target {
  readonly at: Token;
  /** `file` is a path; `host` a host name, or the path of a file without any slash. */
  readonly kind: "address" | "host" | "file";
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  /** Name in the certificate, as `tls://ADDRESS%NAME` gives it. */
  readonly serverName: string | undefined;
}

const DNS_PORT = 53;
const TLS_PORT = 853;

const schemesNotBuilt = ["https", "https3", "quic", "grpc", "unix"];

/**
 * Reads one TO: `1.2.3.4`, `1.2.3.4:53`, `[2001:db8::1]:53`, `fe80::1%eth0`,
 * `tls://9.9.9.9%dns.quad9.net:853`, `resolver.example.org:53`, `/etc/resolv.conf`.
 */
export function parseTarget(at: Token): Target {
  const { isTls, rest } = splitScheme(at);
  if (rest === "") throw tokenError(at, `bad upstream "${at.text}": no address`);
  if (rest.includes("/")) return fileTarget(at, rest, isTls);
  const { host, port, suffix } = splitAddress(at, rest);
  const isAddress = isIP(host) !== 0;
  if (!isAddress && !isHostName(host)) {
    throw tokenError(
      at,
      `bad upstream "${at.text}": "${host}" is no IP address, file or host name`,
    );
  }
  // Behind a "%" stands the name of a TLS server, or else the zone of a link-local address.
  const isZoned = !isTls && suffix !== undefined && isIP(`${host}%${suffix}`) === 6;
  if (suffix !== undefined && !isTls && !isZoned) {
    throw tokenError(at, `bad upstream "${at.text}": "%${suffix}" needs tls:// in front`);
  }
  return {
    at,
    kind: isAddress ? "address" : "host",
    host: isZoned ? `${host}%${suffix}` : host,
    port: port ?? (isTls ? TLS_PORT : DNS_PORT),
    isTls,
    serverName: isTls ? suffix : undefined,
  };
}

/** What ends in a number is an address with a mistake in it (RFC 1123 §2.1). */
function isHostName(text: string): boolean {
  return Name.tryParse(text) !== undefined && !/(^|\.)\d+\.?$/.test(text);
}

function splitScheme(at: Token): { isTls: boolean; rest: string } {
  const end = at.text.indexOf("://");
  if (end < 0) return { isTls: false, rest: at.text };
  const scheme = at.text.slice(0, end);
  const rest = at.text.slice(end + 3);
  if (scheme === "dns" || scheme === "tls") return { isTls: scheme === "tls", rest };
  if (schemesNotBuilt.includes(scheme)) {
    const hint = "dns:// and tls:// are";
    throw tokenError(at, `cannot forward to "${at.text}": ${scheme}:// is not built, ${hint}`);
  }
  throw tokenError(at, `bad upstream "${at.text}": unknown scheme, expected dns:// or tls://`);
}

function fileTarget(at: Token, path: string, isTls: boolean): Target {
  // Its servers are plain ones: taking them would send in the clear what was to be encrypted.
  if (isTls) throw tokenError(at, `bad upstream "${at.text}": a file cannot stand behind tls://`);
  return { at, kind: "file", host: path, port: DNS_PORT, isTls, serverName: undefined };
}

interface SplitAddress {
  readonly host: string;
  readonly port: number | undefined;
  /** What stands behind "%". */
  readonly suffix: string | undefined;
}

/**
 *   [HOST]   [HOST]:PORT   [HOST%SUFFIX]:PORT
 *    HOST     HOST:PORT     HOST%SUFFIX:PORT     (no IPv6 before the second)
 */
function splitAddress(at: Token, text: string): SplitAddress {
  if (isIP(text) === 6 && !text.includes("%"))
    return { host: text, port: undefined, suffix: undefined };
  const match =
    /^\[(?<host>[^\]%]*)(?:%(?<suffix>[^\]]+))?\](?::(?<port>[^:]*))?$/.exec(text) ??
    /^(?<host>[^[\]%]*)%(?<suffix>[^\]:%]+)(?::(?<port>[^:]*))?$/.exec(text) ??
    /^(?<host>[^[\]%:]*)(?::(?<port>[^:]*))?$/.exec(text);
  if (!match?.groups) {
    const hint = "expected ADDRESS, ADDRESS:PORT or [IPV6]:PORT";
    throw tokenError(at, `bad upstream "${at.text}": ${hint}`);
  }
  const { host = "", suffix, port } = match.groups;
  return {
    host,
    suffix,
    port: port === undefined ? undefined : parsePort({ ...at, text: port }),
  };
}
