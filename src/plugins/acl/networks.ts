import { parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";

/**
 * An address as its octets, one character each: 4, or 16. An IPv4 address within IPv6 is that IPv4
 * address. Undefined for what is none.
 */
export function addressOctets(text: string): string | undefined {
  const ipv4 = parseIpv4(text);
  if (ipv4) return ipv4.toString("latin1");
  const octets = parseIpv6(text)?.toString("latin1");
  return octets?.startsWith(MAPPED) ? octets.slice(MAPPED.length) : octets;
}

/** What stands in front of IPv4 addresses within IPv6 (RFC 4291 §2.5.5.2). */
const MAPPED = `${"\0".repeat(10)}\xff\xff`;

/** Addresses one behind the other, of one family; both ends belong to it. */
interface Range {
  readonly first: string;
  last: string;
}

/** A set of addresses, made of networks. */
export class Networks {
  /** Ascending and apart from each other. */
  readonly #ranges: readonly Range[];

  /** @param networks as `10.0.0.0/8`, or one address. @throws {SyntaxError} for what is neither. */
  constructor(networks: readonly string[]) {
    const ranges = networks
      .map(parseNetwork)
      .toSorted((a, b) => (isBefore(a.first, b.first) ? -1 : 1));
    const joined: Range[] = [];
    for (const range of ranges) {
      const open = joined.at(-1);
      if (open && open.first.length === range.first.length && range.first <= open.last) {
        if (range.last > open.last) open.last = range.last;
      } else joined.push({ ...range });
    }
    this.#ranges = joined;
  }

  /** @param address see `addressOctets` */
  has(address: string): boolean {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const range = this.#ranges[middle] as Range;
      if (isBefore(address, range.first)) high = middle;
      else if (isBefore(range.last, address)) low = middle + 1;
      else return true;
    }
    return false;
  }
}

/** IPv4 first; those of a family by their octets. */
function isBefore(one: string, other: string): boolean {
  return one.length === other.length ? one < other : one.length < other.length;
}

function parseNetwork(text: string): Range {
  const [address = "", bits, ...rest] = text.split("/");
  const octets = addressOctets(address);
  if (octets === undefined || rest.length > 0) throw new SyntaxError("not an address or a CIDR");
  const most = octets.length * 8;
  // A prefix of an IPv4 address that is written as an IPv6 one counts the octets in front.
  const surplus = address.includes(":") ? 128 - most : 0;
  const length = bits === undefined ? most : Number(bits) - surplus;
  const isNumber = bits === undefined || /^\d{1,3}$/.test(bits);
  if (!isNumber || length < 0 || length > most) throw new SyntaxError("not a length of a prefix");
  return { first: withRest(octets, length, 0x00), last: withRest(octets, length, 0xff) };
}

/** The octets, with all bits behind the prefix as in `filler`. */
function withRest(octets: string, length: number, filler: number): string {
  const all = Buffer.from(octets, "latin1").map((octet, i) => {
    const behind = 0xff >>> Math.min(8, Math.max(0, length - i * 8));
    return (octet & ~behind) | (filler & behind);
  });
  return Buffer.from(all).toString("latin1");
}
