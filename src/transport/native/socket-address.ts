import { isIPv6 } from "node:net";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";
import { plainAddress } from "../transport.ts";
import type { Libc } from "./libc.ts";

export const AF_INET = 2;
export const AF_INET6 = 10;
/** Octets of sockaddr_in6, the longer one. */
export const MAX_ADDRESS_OCTETS = 28;

const IPV4_ADDRESS_OCTETS = 16;
const SCOPE_AT = 24;
const [CONTROL_LEVEL_AT, PKTINFO_AT] = [40, 48];
const SOL_IPV6 = 41;

/**
 * An address and port as the kernel wants them:
 *
 *   sockaddr_in   family 2 | port 2 | address 4 | zeros 8
 *   sockaddr_in6  family 2 | port 2 | flow 4 | address 16 | scope 4
 *
 * Ports and addresses are in network order, the rest is in the machine's.
 * @param address may have a zone: `fe80::5%eth0`
 */
export function encodeAddress(libc: Libc, address: string, port: number): Buffer {
  const [plain = "", zone] = address.split("%");
  const sockaddr = Buffer.alloc(isIPv6(plain) ? MAX_ADDRESS_OCTETS : IPV4_ADDRESS_OCTETS);
  sockaddr.writeUInt16LE(sockaddr.length === IPV4_ADDRESS_OCTETS ? AF_INET : AF_INET6, 0);
  sockaddr.writeUInt16BE(port, 2);
  if (sockaddr.length === IPV4_ADDRESS_OCTETS) parseIpv4(plain)?.copy(sockaddr, 4);
  else parseIpv6(plain)?.copy(sockaddr, 8);
  if (zone !== undefined) {
    sockaddr.writeUInt32LE(Number(zone) || libc.if_nametoindex(zone), SCOPE_AT);
  }
  return sockaddr;
}

export function portOf(sockaddr: Buffer): number {
  return sockaddr.readUInt16BE(2);
}

/** The address without its zone; IPv4 plainly, also where it came in by an IPv6 socket. */
export function addressOf(sockaddr: Buffer): string {
  if (sockaddr.readUInt16LE(0) === AF_INET) return formatIpv4(sockaddr, 4);
  return plainAddress(formatIpv6(sockaddr, 8));
}

/** The local address of a peer (see MessageBatch); undefined where the socket has only one. */
export function localAddressOf(peer: Buffer): string | undefined {
  if (peer.readUInt32LE(MAX_ADDRESS_OCTETS) === 0) return undefined;
  if (peer.readUInt32LE(CONTROL_LEVEL_AT) !== SOL_IPV6) return formatIpv4(peer, PKTINFO_AT + 4);
  return plainAddress(formatIpv6(peer, PKTINFO_AT));
}
