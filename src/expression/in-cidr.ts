import { isIPv4, isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { EvaluationError } from "./expression-error.ts";

const V4_IN_V6 = "00000000000000000000ffff";

/**
 * Whether an address is within a prefix. IPv4 in IPv6 (`::ffff:10.0.0.1`) is IPv4, as in Go.
 * @throws {EvaluationError} if the one is no address or the other no prefix
 */
export function inCidr(address: string, cidr: string): boolean {
  const octets = octetsOf(address);
  if (octets === undefined) throw new EvaluationError(`"${address}" is no IP address`);
  const [, base = "", digits = ""] = /^([^/]*)\/(\d{1,3})$/.exec(cidr) ?? [];
  const network = octetsOf(base);
  const length = Number(digits) + (isIPv4(base) ? 96 : 0);
  if (network === undefined || length > 128 || digits.length !== String(Number(digits)).length) {
    throw new EvaluationError(`"${cidr}" is no prefix such as "10.0.0.0/8"`);
  }
  const bits = 128n - BigInt(length);
  const masked = (BigInt(`0x${network}`) >> bits) << bits;
  const isSameFamily = isV4(masked.toString(16).padStart(32, "0")) === isV4(octets);
  return isSameFamily && BigInt(`0x${octets}`) >> bits === masked >> bits;
}

function isV4(octets: string): boolean {
  return octets.startsWith(V4_IN_V6);
}

/** In hexadecimal, as IPv6. */
function octetsOf(address: string): string | undefined {
  if (isIPv4(address)) return V4_IN_V6 + hex(ipaddr.IPv4.parse(address));
  return isIPv6(address) && !address.includes("%") ? hex(ipaddr.IPv6.parse(address)) : undefined;
}

function hex(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return Buffer.from(address.toByteArray()).toString("hex");
}
