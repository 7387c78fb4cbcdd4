import { isIPv6 } from "node:net";
import type { Libc } from "./libc.ts";
import { systemError } from "./libc.ts";
import { AF_INET, AF_INET6, MAX_ADDRESS_OCTETS, encodeAddress } from "./socket-address.ts";

const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const SO_REUSEPORT = 15;
const IPPROTO_TCP = 6;
const TCP_NODELAY = 1;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
/** Connections that the kernel keeps until they are accepted. */
export const MAX_WAITING = 1_024;

/** A TCP socket that listens, outside of Node's event loop. */
export class TcpSocket {
  readonly fd: number;
  readonly boundAddress: Buffer;
  readonly #libc: Libc;
  /** Where accept4(2) writes who it was. */
  readonly peer: Buffer = Buffer.from(new ArrayBuffer(64));
  readonly #peerOctets = new Uint32Array(new ArrayBuffer(64));
  readonly #peerAddress: number;
  readonly #peerOctetsAddress: number;

  /**
   * @param sharesPort whether another socket of this program may have the port already
   * @throws the system's error, as node:net would have it.
   */
  constructor(libc: Libc, address: string, port: number, sharesPort: boolean) {
    this.#libc = libc;
    this.#peerAddress = libc.addressOf(this.peer);
    this.#peerOctetsAddress = libc.addressOf(this.#peerOctets);
    const isV6 = isIPv6(address.split("%")[0] ?? "");
    const sockaddr = encodeAddress(libc, address, port);
    const type = SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC;
    this.fd = libc.socket(isV6 ? AF_INET6 : AF_INET, type, 0);
    if (this.fd < 0) throw systemError(libc, "socket");
    try {
      if (isV6) this.#set(IPPROTO_IPV6, IPV6_V6ONLY, 0);
      // Connections of before that linger in TIME_WAIT are no hindrance; another listener is.
      this.#set(SOL_SOCKET, SO_REUSEADDR, 1);
      // Connections inherit it.
      this.#set(IPPROTO_TCP, TCP_NODELAY, 1);
      if (sharesPort) this.#set(SOL_SOCKET, SO_REUSEPORT, 1);
      if (libc.bind(this.fd, sockaddr, sockaddr.length) < 0) throw systemError(libc, "bind");
      if (libc.listen(this.fd, MAX_WAITING) < 0) throw systemError(libc, "listen");
      // For those of ours that come later; had it been set before, others' would not have shown.
      this.#set(SOL_SOCKET, SO_REUSEPORT, 1);
      this.boundAddress = this.#name();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** @returns the descriptor of a new connection; -1 if there is none, see `errno` */
  accept(): number {
    this.#peerOctets[0] = MAX_ADDRESS_OCTETS;
    const flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
    return this.#libc.accept4(this.fd, this.#peerAddress, this.#peerOctetsAddress, flags);
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  #name(): Buffer {
    const sockaddr = Buffer.alloc(MAX_ADDRESS_OCTETS);
    const octets = Int32Array.of(sockaddr.length);
    if (this.#libc.getsockname(this.fd, sockaddr, octets) < 0) {
      throw systemError(this.#libc, "getsockname");
    }
    return sockaddr;
  }

  #set(level: number, name: number, value: number): void {
    if (this.#libc.setsockopt(this.fd, level, name, Int32Array.of(value), 4) < 0) {
      throw systemError(this.#libc, "setsockopt");
    }
  }
}
