import { domainToASCII } from "node:url";
import { Name } from "../dns/name.ts";
import { reasonOf } from "./corefile-error.ts";
import type { Token } from "./directive.ts";
import { tokenError } from "./directive.ts";
import { didYouMean } from "../text/nearest-name.ts";
import { reverseZones } from "./reverse-zones.ts";
import type { Scheme, ServerKey } from "./server-block.ts";
import { schemes } from "./server-block.ts";

/**
 * Reads `[SCHEME://][ZONE][:PORT]`; neither ZONE nor PORT is the root. A CIDR in the place of ZONE stands for
 * its reverse zones, which may be several.
 * @throws {CorefileError} if a part cannot be used.
 */
export function parseServerKeys(at: Token): ServerKey[] {
  const { scheme, rest } = splitScheme(at);
  const { host, port } = splitPort(at, rest);
  // As in CoreDNS: a variable that is not set would make the block answer for everything.
  if (host === "" && port !== undefined) {
    throw tokenError(at, `bad zone "${at.text}": no name before the port; "." is the root`);
  }
  return parseHost(at, host).map((zone) => ({ scheme, zone, port, at }));
}

function splitScheme(at: Token): { scheme: Scheme; rest: string } {
  const end = at.text.indexOf("://");
  if (end < 0) return { scheme: "dns", rest: at.text };
  const name = at.text.slice(0, end);
  const scheme = schemes.find((one) => one === name.toLowerCase());
  if (scheme !== undefined) return { scheme, rest: at.text.slice(end + 3) };
  const known = schemes.map((one) => `${one}://`).join(", ");
  const hint = didYouMean(name, schemes);
  throw tokenError(at, `unknown scheme "${name}" in "${at.text}", expected ${known}${hint}`);
}

/**
 *   example.org:53      2001:db8::/32      2001:db8::/32:53     [::1]:53
 *              |  port           |  none                |  port    not a zone
 */
function splitPort(at: Token, text: string): { host: string; port: number | undefined } {
  if (text.startsWith("[")) throw addressError(at);
  const colon = text.lastIndexOf(":");
  const isInsideCidr = text.indexOf("/", colon) > colon;
  if (colon < 0 || isInsideCidr || text[colon - 1] === "\\") return { host: text, port: undefined };
  const host = text.slice(0, colon);
  const port = text.slice(colon + 1);
  if (host.includes(":") && !host.includes("/")) throw addressError(at);
  if (/^\d{1,5}$/.test(port) && Number(port) <= 65_535) return { host, port: Number(port) };
  throw tokenError(at, `bad port "${port}" in "${at.text}": not a number from 0 to 65535`);
}

function addressError(at: Token): Error {
  return tokenError(
    at,
    `bad zone "${at.text}": this is an address; use "bind" to listen on one, ADDRESS/BITS for a reverse zone`,
  );
}

function parseHost(at: Token, host: string): string[] {
  const zones = reverseZones(host);
  if (zones) return zones;
  if (looksLikeCidr(host)) {
    const hint = "expected ADDRESS/BITS such as 10.0.0.0/8 or 2001:db8::/32";
    throw tokenError(at, `bad CIDR "${host}": ${hint}`);
  }
  return [parseZone(at, host)];
}

/** Digits and dots, or anything with a colon, before a slash: no zone is written like that. */
function looksLikeCidr(host: string): boolean {
  return /^([\d.]*\.[\d.]*|[^/]*:[^/]*)\/[^/.]*$/.test(host);
}

function parseZone(at: Token, host: string): string {
  if (host === "" || host === ".") return ".";
  const stray = /(?<!\\)[{},:()]/.exec(host)?.[0];
  if (stray !== undefined) {
    const hint = stray === ":" ? "write it as \\:" : `put a space beside "${stray}"`;
    throw tokenError(at, `bad zone "${host}": contains "${stray}"; ${hint}`);
  }
  // A query carries the A-label (RFC 5890 §2.3.2.1); as UTF-8 the zone would never match.
  if (/[^\0-\x7f]/.test(host)) {
    const ascii = domainToASCII(host);
    const hint = ascii === "" ? "" : `; write it as "${ascii}"`;
    throw tokenError(at, `bad zone "${host}": not ASCII${hint}`);
  }
  try {
    const name = Name.parse(endsWithDot(host) ? host : `${host}.`);
    return Name.fromWire(name.key).toString();
  } catch (error) {
    throw tokenError(at, `bad zone: ${reasonOf(error)}`);
  }
}

/** Whether the final dot is a separator: behind an odd number of backslashes it is not. */
function endsWithDot(host: string): boolean {
  const backslashes = /(\\*)\.$/.exec(host)?.[1];
  return backslashes !== undefined && backslashes.length % 2 === 0;
}
