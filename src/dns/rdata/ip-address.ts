/** `octets` begin at `offset`. */
export function formatIpv4(octets: Uint8Array, offset = 0): string {
  return `${octets[offset]}.${octets[offset + 1]}.${octets[offset + 2]}.${octets[offset + 3]}`;
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

const [DOT, ZERO, NINE, COLON] = [0x2e, 0x30, 0x39, 0x3a];

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

/** The sixteen octets of an IPv6 address without a zone (RFC 4291 §2.2); undefined for any other text. */
export function parseIpv6(text: string): Buffer | undefined {
  const address = Buffer.alloc(16);
  // Octets so far, and where among them `::` stands.
  let [octets, gap] = [0, -1];
  for (let at = 0; at < text.length;) {
    if (text.startsWith("::", at)) {
      if (gap >= 0) return undefined;
      gap = octets;
      at += 2;
      continue;
    }
    if (octets > 0 && octets !== gap && text.charCodeAt(at++) !== COLON) return undefined;
    const end = endOfHex(text, at);
    if (text.charCodeAt(end) === DOT) {
      const ipv4 = octets <= 12 ? parseIpv4(text.slice(at)) : undefined;
      if (!ipv4) return undefined;
      ipv4.copy(address, octets);
      octets += 4;
      break;
    }
    if (end === at || end > at + 4 || octets === 16) return undefined;
    address.writeUInt16BE(Number.parseInt(text.slice(at, end), 16), octets);
    octets += 2;
    at = end;
  }
  if (gap < 0) return octets === 16 ? address : undefined;
  // One group of zeros at least.
  if (octets > 14) return undefined;
  address.copyWithin(16 - (octets - gap), gap, octets);
  return address.fill(0, gap, 16 - (octets - gap));
}

/** Where the digits end that begin at `at`; after more than four of them it is no matter. */
function endOfHex(text: string, at: number): number {
  let end = at;
  for (; end < text.length && end <= at + 4; end++) {
    const code = text.charCodeAt(end);
    const isDigit =
      (code >= ZERO && code <= NINE) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x66);
    if (!isDigit) break;
  }
  return end;
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
