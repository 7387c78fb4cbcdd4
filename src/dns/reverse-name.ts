import { formatIpv6 } from "./rdata/ip-address.ts";

const IN_ADDR = "\u0007in-addr\u0004arpa\0";
const IP6 = "\u0003ip6\u0004arpa\0";
const NIBBLES = 32;

/** Whether names of this zone stand for addresses. */
export function isReverseKey(key: string): boolean {
  return key.endsWith(IN_ADDR) || key.endsWith(IP6);
}

/**
 * The address that a reverse name stands for (RFC 1035 §3.5, RFC 3596 §2.5), in canonical text;
 * undefined for any other name.
 * @param key the name's lower-case wire form
 */
export function addressOfReverseName(key: string): string | undefined {
  if (key.endsWith(IN_ADDR)) return ipv4Of(key, key.length - IN_ADDR.length);
  return key.endsWith(IP6) && key.length === 2 * NIBBLES + IP6.length ? ipv6Of(key) : undefined;
}

/** `\x011\x012\x010\x03192` is 192.0.2.1: the octets are labels, the last one first. */
function ipv4Of(key: string, end: number): string | undefined {
  let address = "";
  let count = 0;
  for (let at = 0; at < end; at += key.charCodeAt(at) + 1) {
    const octet = key.slice(at + 1, at + 1 + key.charCodeAt(at));
    if (!/^(0|[1-9]\d{0,2})$/.test(octet) || Number(octet) > 255 || ++count > 4) return undefined;
    address = address === "" ? octet : `${octet}.${address}`;
  }
  return count === 4 ? address : undefined;
}

/** `\x01b\x01a\x019...`: the nibbles are labels, the last one first. */
function ipv6Of(key: string): string | undefined {
  const octets = Buffer.alloc(NIBBLES / 2);
  for (let i = 0; i < NIBBLES; i++) {
    const at = 2 * (NIBBLES - 1 - i);
    const nibble = key.charAt(at + 1);
    if (key.charCodeAt(at) !== 1 || !/[\da-f]/.test(nibble)) return undefined;
    octets[i >> 1] = ((octets[i >> 1] ?? 0) << 4) | Number.parseInt(nibble, 16);
  }
  return formatIpv6(octets);
}

/** The key of the name whose PTR records tell who has this address, of 4 or 16 octets (RFC 1035 §3.5, RFC 3596 §2.5). */
export function reverseKey(address: Uint8Array): string {
  let key = "";
  for (const octet of address) {
    if (address.length === 4) {
      const label = String(octet);
      key = String.fromCharCode(label.length) + label + key;
    } else key = `\x01${HEX[octet & 15]}\x01${HEX[octet >> 4]}${key}`;
  }
  return key + (address.length === 4 ? IN_ADDR : IP6);
}

const HEX = "0123456789abcdef";
