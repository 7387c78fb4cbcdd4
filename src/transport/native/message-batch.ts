import type { Libc } from "./libc.ts";

const HEADER_WORDS = 16;
const VECTOR_WORDS = 4;
export const PEER_WORDS = 18;

/** Longer datagrams lose their end, and so are malformed. */
const MAX_DATAGRAM_OCTETS = 4096;
/** Not a power of two: else all datagrams would compete for the same lines of the CPU's cache. */
const DATA_WORDS = (MAX_DATAGRAM_OCTETS + 64) / 4;

/** Words of a header. */
const NAMELEN = 2;
const CONTROLLEN = 10;
const LEN = 14;
/** Word of a vector. */
const DATA_LENGTH = 2;
/** Words of a peer. */
const PEER_CONTROLLEN = 7;
const CONTROL = 8;
const CONTROL_LEVEL = 10;
const PKTINFO = 12;
const IPV6_INTERFACE = PKTINFO + 4;

const AF_INET6 = 10;
/** Third word of such an address: 0, 0, ff, ff. */
const IPV4_MAPPED = 0xffff0000 | 0;
const SOL_IPV6 = 41;
const IPV4_NAME_OCTETS = 16;
const IPV6_NAME_OCTETS = 28;
const CONTROL_OCTETS = 40;

/**
 * Datagrams with their addresses, as recvmmsg(2) and sendmmsg(2) want them, in one block of memory
 * off V8's heap, which never moves. In octets:
 *
 *   headers   count x  64, struct mmsghdr
 *   vectors   count x  16, struct iovec
 *   peers     count x  72
 *   data      count x  4160
 *
 *   mmsghdr   0       8         16     24       32         40           48      56    60
 *             | *name | namelen | *iov | iovlen | *control | controllen | flags | len |   |
 *   iovec     0       8
 *             | *base | len     |
 *   peer      0                              28           32        40      44     48
 *             | sockaddr_in or sockaddr_in6  | controllen | cmsghdr | level | type | pktinfo |
 *   in_pktinfo    interface 4, local address 4, header's destination 4
 *   in6_pktinfo   local address 16, interface 4
 *
 * The peer is the remote address and, where the socket is bound to all addresses, the local one.
 * It is copied as it is from what was received to what is sent: the reply comes from where it was
 * asked.
 */
export class MessageBatch {
  readonly count: number;
  /** Address of the first header, for C. */
  readonly address: number;
  readonly octets: Uint8Array;
  readonly words: Int32Array;

  constructor(libc: Libc, count: number) {
    this.count = count;
    const words = count * (HEADER_WORDS + VECTOR_WORDS + PEER_WORDS + DATA_WORDS);
    this.words = new Int32Array(new ArrayBuffer(words * 4));
    this.octets = new Uint8Array(this.words.buffer);
    this.address = libc.addressOf(this.octets);
    for (let slot = 0; slot < count; slot++) this.#link(slot);
  }

  #link(slot: number): void {
    const header = slot * HEADER_WORDS;
    this.#point(header, this.peerWord(slot));
    this.#point(header + 4, this.#vectorWord(slot));
    this.words[header + 6] = 1;
    this.#point(header + 8, this.peerWord(slot) + CONTROL);
    this.#point(this.#vectorWord(slot), this.dataOctet(slot) / 4);
  }

  #point(atWord: number, toWord: number): void {
    const address = this.address + toWord * 4;
    this.words[atWord] = address | 0;
    this.words[atWord + 1] = Math.floor(address / 2 ** 32);
  }

  /** Makes the first slots ready to receive: the kernel overwrites their lengths. */
  expect(count: number): void {
    for (let slot = 0; slot < count; slot++) {
      const header = slot * HEADER_WORDS;
      this.words[header + NAMELEN] = IPV6_NAME_OCTETS;
      this.words[header + CONTROLLEN] = CONTROL_OCTETS;
      this.words[this.#vectorWord(slot) + DATA_LENGTH] = MAX_DATAGRAM_OCTETS;
    }
  }

  /** Whether a datagram has been received into a slot, rather than the news that there will be none. */
  isFilled(slot: number): boolean {
    return this.words[slot * HEADER_WORDS + NAMELEN] !== 0;
  }

  /** Octets of the datagram that was received into a slot. */
  length(slot: number): number {
    return this.words[slot * HEADER_WORDS + LEN] as number;
  }

  /** Whether a datagram, of a header at least, has the QR bit. */
  isReply(slot: number): boolean {
    return ((this.octets[this.dataOctet(slot) + 2] as number) & 0x80) !== 0;
  }

  /** Whether a datagram came from an IPv6 address, and not from an IPv4 one by an IPv6 socket. */
  isFromIpv6(slot: number): boolean {
    const { words } = this;
    const peer = this.peerWord(slot);
    if (((words[peer] as number) & 0xffff) !== AF_INET6) return false;
    // ::ffff:0:0/96
    return words[peer + 2] !== 0 || words[peer + 3] !== 0 || words[peer + 4] !== IPV4_MAPPED;
  }

  /**
   * Makes the peer of a received datagram the peer of its reply. The interface is forgotten, so that
   * routing decides, but for link-local addresses, which mean nothing without one.
   */
  turn(slot: number): void {
    const { words } = this;
    const peer = this.peerWord(slot);
    const controlOctets = words[slot * HEADER_WORDS + CONTROLLEN] as number;
    words[peer + PEER_CONTROLLEN] = controlOctets;
    if (controlOctets === 0) return;
    if (words[peer + CONTROL_LEVEL] !== SOL_IPV6) words[peer + PKTINFO] = 0;
    // fe80::/10
    else if (((words[peer + PKTINFO] as number) & 0xc0ff) !== 0x80fe) {
      words[peer + IPV6_INTERFACE] = 0;
    }
  }

  /** The peer and the datagram of a slot, in a buffer of their own. */
  record(slot: number): Buffer {
    const octets = this.length(slot);
    const record = Buffer.allocUnsafe(PEER_WORDS * 4 + octets);
    const peer = this.peerWord(slot) * 4;
    record.set(this.octets.subarray(peer, peer + PEER_WORDS * 4));
    const data = this.dataOctet(slot);
    record.set(this.octets.subarray(data, data + octets), PEER_WORDS * 4);
    return record;
  }

  /** Addresses a slot whose data is there to a peer, which is at `peerWord` of `source`. */
  send(slot: number, octets: number, source: Int32Array, peerWord: number): void {
    const { words } = this;
    const peer = this.peerWord(slot);
    const header = slot * HEADER_WORDS;
    const controlOctets = source[peerWord + PEER_CONTROLLEN] as number;
    const used = controlOctets === 0 ? PEER_CONTROLLEN : PEER_WORDS;
    for (let word = 0; word < used; word++) words[peer + word] = source[peerWord + word] as number;
    const isIpv6 = ((words[peer] as number) & 0xffff) === AF_INET6;
    words[header + NAMELEN] = isIpv6 ? IPV6_NAME_OCTETS : IPV4_NAME_OCTETS;
    words[header + CONTROLLEN] = controlOctets;
    words[this.#vectorWord(slot) + DATA_LENGTH] = octets;
  }

  /** Address of a slot's header, for C. */
  headerAddress(slot: number): number {
    return this.address + slot * HEADER_WORDS * 4;
  }

  /** Where a slot's datagram begins in `octets`. */
  dataOctet(slot: number): number {
    const before = this.count * (HEADER_WORDS + VECTOR_WORDS + PEER_WORDS);
    return (before + slot * DATA_WORDS) * 4;
  }

  /** Where a slot's peer begins in `words`. */
  peerWord(slot: number): number {
    return this.count * (HEADER_WORDS + VECTOR_WORDS) + slot * PEER_WORDS;
  }

  #vectorWord(slot: number): number {
    return this.count * HEADER_WORDS + slot * VECTOR_WORDS;
  }
}
