import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { parsePort } from "../../corefile/arguments.ts";
import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";

const DNS_PORT = 53;

/**
 * Reads `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1`, `[2001:db8::1]:53`.
 * @throws {CorefileError} if it is none
 */
export function parsePrimary(token: Token): { address: string; port: number } {
  const { text } = token;
  if (isIP(text) !== 0) return { address: canonical(text), port: DNS_PORT };
  const { address = "", port } =
    /^\[(?<address>[^\]]*)\](?::(?<port>.*))?$/.exec(text)?.groups ??
    /^(?<address>[^:[\]]*)(?::(?<port>.*))?$/.exec(text)?.groups ??
    {};
  if (isIP(address) === 0)
    throw tokenError(token, `bad primary "${text}": expected ADDRESS, ADDRESS:PORT or [IPV6]:PORT`);
  const portToken = { ...token, text: port ?? "" };
  return { address: canonical(address), port: port ? parsePort(portToken) : DNS_PORT };
}

/** As clients' addresses are written. */
function canonical(address: string): string {
  const [plain = "", zone] = address.split("%");
  const text = ipaddr.parse(plain).toString();
  return zone === undefined ? text : `${text}%${zone}`;
}
