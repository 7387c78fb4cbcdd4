import { isIPv6 } from "node:net";

/** `octets` begin at `offset`. */
export function formatIpv4(octets: Uint8Array, offset = 0): string {
  return octets.subarray(offset, offset + 4).join(".");
}

/** The four octets of `192.0.2.1`; undefined for any other text. */
export function parseIpv4(text: string): Buffer | undefined {
  const address = Buffer.allocUnsafe(4);
  let octets = 0;
  let [value, digits] = [0, 0];
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? DOT : text.charCodeAt(at);
    if (code === DOT) {
      if (digits === 0 || value > 255 || octets === 4) return undefined;
      address[octets++] = value;
      [value, digits] = [0, 0];
      continue;
    }
    // No octet has a zero in front.
    const isZeroed = digits > 0 && value === 0;
    if (code < ZERO || code > NINE || digits === 3 || isZeroed) return undefined;
    value = value * 10 + code - ZERO;
    digits++;
  }
  return octets === 4 ? address : undefined;
}

const [DOT, ZERO, NINE] = [0x2e, 0x30, 0x39];

/** RFC 5952: lower case, no leading zeros, the first longest run of zeros as `::`. */
export function formatIpv6(octets: Uint8Array, offset = 0): string {
  const groups: number[] = [];
  for (let i = offset; i < offset + 16; i += 2) {
    groups.push(((octets[i] ?? 0) << 8) | (octets[i + 1] ?? 0));
  }
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (isMapped) return `::ffff:${formatIpv4(octets, offset + 12)}`;
  const { start, length } = longestZeroRun(groups);
  const hex = groups.map((group) => group.toString(16));
  if (length < 2) return hex.join(":");
  return `${hex.slice(0, start).join(":")}::${hex.slice(start + length).join(":")}`;
}

/** The sixteen octets of an IPv6 address without a zone; undefined for any other text. */
export function parseIpv6(text: string): Buffer | undefined {
  if (!isIPv6(text) || text.includes("%")) return undefined;
  const [head = "", tail] = text.split("::");
  const front = groupsOf(head);
  const back = tail === undefined ? [] : groupsOf(tail);
  const address = Buffer.alloc(16);
  front.forEach((group, i) => address.writeUInt16BE(group, 2 * i));
  back.forEach((group, i) => address.writeUInt16BE(group, 16 - 2 * (back.length - i)));
  return address;
}

/** The 16-bit groups of a part without `::`; one that ends in dotted decimal makes two of it. */
function groupsOf(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    const ipv4 = parseIpv4(group);
    return ipv4 ? [ipv4.readUInt16BE(0), ipv4.readUInt16BE(2)] : [Number.parseInt(group, 16)];
  });
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  let start = 0;
  groups.forEach((group, i) => {
    if (group !== 0) start = i + 1;
    else if (i + 1 - start > best.length) best = { start, length: i + 1 - start };
  });
  return best;
}
