import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/** Addresses that have their first bits in common. */
export interface Network {
  readonly octets: readonly number[];
  /** How many bits they have in common. */
  readonly bits: number;
  /** As it is written, without bits behind its prefix. */
  readonly text: string;
  /** Whether the text that it was read from has no such bits. */
  readonly isExact: boolean;
}

/** Reads `10.0.0.0/8` or `2001:db8::/32`, and where allowed an address; undefined for anything else. */
export function parseNetwork(text: string, allowsAddress = false): Network | undefined {
  const [address = "", prefix, ...rest] = text.split("/");
  const isPlain = rest.length === 0 && (prefix === undefined ? allowsAddress : isNumber(prefix));
  if (isIP(address) === 0 || address.includes("%") || !isPlain) return undefined;
  const octets = ipaddr.parse(address).toByteArray();
  const bits = prefix === undefined ? octets.length * 8 : Number(prefix);
  if (bits > octets.length * 8) return undefined;
  const first = octets.map((octet, i) => octet & maskOf(bits, i));
  const network = `${ipaddr.fromByteArray(first).toString()}/${bits}`;
  return { octets: first, bits, text: network, isExact: first.every((o, i) => o === octets[i]) };
}

function isNumber(prefix: string): boolean {
  return /^\d{1,3}$/.test(prefix);
}

function maskOf(bits: number, octet: number): number {
  const own = Math.min(8, Math.max(0, bits - 8 * octet));
  return 0xff ^ (0xff >> own);
}

/** Whether all addresses of the second one are addresses of the first. */
export function holds(one: Network, other: Network): boolean {
  if (one.octets.length !== other.octets.length || one.bits > other.bits) return false;
  return one.octets.every((octet, i) => ((other.octets[i] ?? 0) & maskOf(one.bits, i)) === octet);
}
