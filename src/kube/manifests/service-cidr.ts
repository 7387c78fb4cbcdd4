import { createHash } from "node:crypto";
import ipaddr from "ipaddr.js";
import type { IpFamily } from "../ip-address.ts";

/** A range of cluster IPs. */
export class ServiceCidr {
  readonly family: IpFamily;
  readonly #network: readonly number[];
  /** Addresses that may be taken; the first is one above the network's. */
  readonly #size: number;

  /** @param network the octets of the network's address */
  constructor(network: readonly number[], prefixLength: number) {
    const hostBits = Math.min(network.length * 8 - prefixLength, MAX_HOST_BITS);
    this.family = network.length === 4 ? "IPv4" : "IPv6";
    this.#network = network;
    // The network's address and, in IPv4, the broadcast address are nobody's.
    this.#size = 2 ** hostBits - (this.family === "IPv4" ? 2 : 1);
  }

  /** Belongs to the Service `kubernetes`. */
  get first(): string {
    return this.#address(0);
  }

  /**
   * All addresses, in the order in which they are tried for a key: first those above the part
   * that Kubernetes leaves to addresses chosen by hand, beginning at the hash of the key.
   *
   *     |first  by hand |          tried first            |
   *     |tried last     |  .... <-wrap  hash(key) -> .... |
   */
  *candidates(key: string): Generator<string> {
    const byHand = this.#sizeByHand();
    const rest = this.#size - byHand;
    const start = createHash("sha256").update(key).digest().readUIntBE(0, 6) % rest;
    for (let i = 0; i < rest; i++) yield this.#address(byHand + ((start + i) % rest));
    for (let i = 1; i < byHand; i++) yield this.#address(i);
  }

  /** A sixteenth of the range, 16 to 256 addresses; no part of a small range. */
  #sizeByHand(): number {
    if (this.#size < 2 * MIN_BY_HAND) return 1;
    return Math.min(Math.max(Math.floor(this.#size / 16), MIN_BY_HAND), 256);
  }

  #address(index: number): string {
    const octets = [...this.#network];
    // index + 1 is less than 2 ** 32, and all host bits of the network are zero.
    let rest = index + 1;
    for (let i = octets.length - 1; rest > 0 && i >= 0; i--) {
      octets[i] = (octets[i] ?? 0) | (rest & 0xff);
      rest = Math.floor(rest / 256);
    }
    return ipaddr.fromByteArray(octets).toString();
  }
}

const MIN_BY_HAND = 16;

/** The API server wants at least eight addresses. */
const MIN_HOST_BITS = 3;

/** More of a range is not used. */
const MAX_HOST_BITS = 32;

/**
 * Reads `10.96.0.0/12`; host bits that are set are cleared, as the API server does.
 *
 * @throws SyntaxError with the text and what would be right
 */
export function parseServiceCidr(text: string): ServiceCidr {
  const fail = (reason: string): never => {
    throw new SyntaxError(`Cannot parse service CIDR "${text}": ${reason}`);
  };
  if (!/^[^/%]+\/\d{1,3}$/.test(text) || !ipaddr.isValidCIDR(text)) {
    return fail("is not ADDRESS/LENGTH");
  }
  const [address, prefixLength] = ipaddr.parseCIDR(text);
  if (address.kind() === "ipv4" && !ipaddr.IPv4.isValidCIDRFourPartDecimal(text)) {
    return fail("the address has not four decimal parts");
  }
  const octets = address.toByteArray();
  const hostBits = octets.length * 8 - prefixLength;
  if (hostBits < MIN_HOST_BITS) return fail(`has fewer than ${2 ** MIN_HOST_BITS} addresses`);
  return new ServiceCidr(clearHostBits(octets, prefixLength), prefixLength);
}

function clearHostBits(octets: readonly number[], prefixLength: number): number[] {
  return octets.map((octet, i) => {
    const kept = Math.min(Math.max(prefixLength - i * 8, 0), 8);
    return octet & (0xff << (8 - kept)) & 0xff;
  });
}
