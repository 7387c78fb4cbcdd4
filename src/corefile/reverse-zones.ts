import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * The reverse zones of a CIDR, or undefined if the text is none. Bits of the host are ignored.
 *
 *   IPv4, one label each 8 bits    10.1.0.0/16     1.10.in-addr.arpa.
 *   IPv6, one label each 4 bits    2001:db8::/32   8.b.d.0.1.0.0.2.ip6.arpa.
 *
 * A prefix that ends inside a label stands for all zones of the next longer one that it has:
 * 10.0.0.0/15 is 0.10.in-addr.arpa. and 1.10.in-addr.arpa. (RFC 2317 is not used, as in CoreDNS).
 * That is 128 zones at most.
 */
export function reverseZones(cidr: string): string[] | undefined {
  const [address = "", prefix = "", ...rest] = cidr.split("/");
  const version = isIP(address);
  const isPlain = rest.length === 0 && /^\d{1,3}$/.test(prefix) && !address.includes("%");
  if (version === 0 || !isPlain) return undefined;
  const bits = Number(prefix);
  const octets = ipaddr.parse(address).toByteArray();
  if (bits > octets.length * 8) return undefined;
  return version === 4
    ? zonesBelow(octets, bits, { width: 8, radix: 10, suffix: "in-addr.arpa." })
    : zonesBelow(octets.flatMap(nibbles), bits, { width: 4, radix: 16, suffix: "ip6.arpa." });
}

interface Family {
  /** Bits of an address that a label stands for. */
  readonly width: number;
  readonly radix: number;
  readonly suffix: string;
}

function zonesBelow(parts: readonly number[], bits: number, family: Family): string[] {
  const { width, radix, suffix } = family;
  const labels = parts.map((part) => part.toString(radix));
  const whole = Math.floor(bits / width);
  const parent = [...labels.slice(0, whole).toReversed(), suffix].join(".");
  const ownBits = bits % width;
  if (ownBits === 0) return [parent];
  const count = 2 ** (width - ownBits);
  const part = parts[whole] ?? 0;
  const first = part - (part % count);
  return Array.from({ length: count }, (_, i) => `${(first + i).toString(radix)}.${parent}`);
}

function nibbles(octet: number): number[] {
  return [octet >> 4, octet & 0xf];
}
