import ipaddr from "ipaddr.js";

const LENGTHS = [32, 40, 48, 56, 64, 96];
/** Bits 64 to 71, the octet that stays zero (RFC 6052 §2.2). */
const RESERVED = 8;
const IPV4_OCTETS = 4;

/**
 * A prefix for IPv6 addresses that stand for IPv4 addresses (RFC 6052 §2.2). The IPv4 address begins
 * right behind the prefix and leaves out the reserved octet:
 *
 *     0               4           8   9          12          16
 *     | prefix /32    | IPv4      |   |                       |
 *     | prefix /40        | IPv4  |   | IPv4 |                |
 *     | prefix /96                            | IPv4          |
 */
export class Nat64Prefix {
  static readonly wellKnown: Nat64Prefix = Nat64Prefix.parse("64:ff9b::/96");
  /** The prefix itself, and zeros. */
  readonly #octets: Buffer;
  readonly #prefixOctets: number;

  private constructor(octets: Buffer, prefixOctets: number) {
    this.#octets = octets;
    this.#prefixOctets = prefixOctets;
  }

  /**
   * Reads `64:ff9b::/96`; bits behind the prefix do not matter.
   * @throws {RangeError} that says what it is not
   */
  static parse(text: string): Nat64Prefix {
    if (!ipaddr.IPv6.isValidCIDR(text) || text.includes("%")) {
      throw new RangeError("not an IPv6 prefix such as 64:ff9b::/96");
    }
    const [address, length] = ipaddr.IPv6.parseCIDR(text);
    if (!LENGTHS.includes(length)) {
      throw new RangeError(`its length is none of ${LENGTHS.join(", ")}`);
    }
    const octets = Buffer.from(address.toByteArray()).fill(0, length / 8);
    return new Nat64Prefix(octets, length / 8);
  }

  /** Whether the reserved octet is zero, as it has to be; only a prefix of 96 bits can have it. */
  get isReservedZero(): boolean {
    return this.#octets[RESERVED] === 0;
  }

  toString(): string {
    return `${ipaddr.fromByteArray([...this.#octets]).toString()}/${this.#prefixOctets * 8}`;
  }

  /** The IPv6 address that stands for an IPv4 address; 16 octets of 4. */
  embed(ipv4: Uint8Array): Buffer {
    const ipv6 = Buffer.from(this.#octets);
    for (let i = 0; i < IPV4_OCTETS; i++) ipv6[this.#placeOf(i)] = ipv4[i] as number;
    return ipv6;
  }

  /** The IPv4 address that an IPv6 address stands for; undefined for any other address. */
  extract(ipv6: Uint8Array): Buffer | undefined {
    if (ipv6.length !== 16 || ipv6[RESERVED] !== 0) return undefined;
    for (let i = 0; i < this.#prefixOctets; i++) if (ipv6[i] !== this.#octets[i]) return undefined;
    return Buffer.from([0, 1, 2, 3].map((i) => ipv6[this.#placeOf(i)] as number));
  }

  #placeOf(octet: number): number {
    const at = this.#prefixOctets + octet;
    return this.#prefixOctets <= RESERVED && at >= RESERVED ? at + 1 : at;
  }
}
