import { isIPv6 } from "node:net";
import type { Libc } from "./libc.ts";
import { systemError } from "./libc.ts";
import { AF_INET, AF_INET6, MAX_ADDRESS_OCTETS, encodeAddress } from "./socket-address.ts";

const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_SNDBUF = 7;
const SO_RCVBUF = 8;
const SO_REUSEPORT = 15;
const SO_RCVTIMEO = 20;
const SO_RCVBUFFORCE = 33;
const SO_MEMINFO = 55;
const MEMINFO_DROPS = 8;
const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;
const IPV6_RECVPKTINFO = 49;

/** Asked of the kernel so that a burst waits rather than gets lost. */
const BUFFER_OCTETS = 4 * 1024 * 1024;

/** A bound UDP socket outside of Node's event loop. */
export class UdpSocket {
  readonly fd: number;
  readonly #libc: Libc;

  /**
   * @param sharesPort whether other sockets of this program may have the port already
   * @throws the system's error, as node:dgram would have it.
   */
  constructor(libc: Libc, address: string, port: number, sharesPort: boolean) {
    this.#libc = libc;
    const isV6 = isIPv6(address.split("%")[0] ?? "");
    const sockaddr = encodeAddress(libc, address, port);
    this.fd = libc.socket(isV6 ? AF_INET6 : AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (this.fd < 0) throw systemError(libc, "socket");
    try {
      if (isV6) this.#set(IPPROTO_IPV6, IPV6_V6ONLY, 0);
      // The first one binds without it: else another server's port would be shared silently.
      if (sharesPort) this.#set(SOL_SOCKET, SO_REUSEPORT, 1);
      if (libc.bind(this.fd, sockaddr, sockaddr.length) < 0) throw systemError(libc, "bind");
      this.#set(SOL_SOCKET, SO_REUSEPORT, 1);
      if (isWildcard(sockaddr)) {
        this.#set(isV6 ? IPPROTO_IPV6 : IPPROTO_IP, isV6 ? IPV6_RECVPKTINFO : IP_PKTINFO, 1);
      }
    } catch (error) {
      this.close();
      throw error;
    }
    this.#growBuffers();
  }

  /** How long a receive waits at most. */
  setReceiveTimeout(ms: number): void {
    // struct timeval: seconds and microseconds, of 64 bits each.
    const timeval = [Math.floor(ms / 1000), 0, (ms % 1000) * 1000, 0];
    this.#set(SOL_SOCKET, SO_RCVTIMEO, ...timeval);
  }

  /** Undoes what watching a descriptor does to it: a thread that receives is to wait, not to ask again and again. */
  setBlocking(): void {
    const F_SETFL = 4;
    const NO_FLAGS = 0;
    if (this.#libc.fcntl(this.fd, F_SETFL, NO_FLAGS) < 0) throw systemError(this.#libc, "fcntl");
  }

  /** What the kernel granted, its own overhead included: twice what was asked for, at most. */
  get receiveBufferOctets(): number {
    return this.#get(SOL_SOCKET, SO_RCVBUF, 1)[0] as number;
  }

  /** Datagrams that the kernel dropped because nobody read them in time, modulo 2^32. */
  get dropped(): number {
    return (this.#get(SOL_SOCKET, SO_MEMINFO, MEMINFO_DROPS + 1)[MEMINFO_DROPS] as number) >>> 0;
  }

  get boundAddress(): Buffer {
    const sockaddr = Buffer.alloc(MAX_ADDRESS_OCTETS);
    const octets = Int32Array.of(sockaddr.length);
    if (this.#libc.getsockname(this.fd, sockaddr, octets) < 0) {
      throw systemError(this.#libc, "getsockname");
    }
    return sockaddr;
  }

  /** Wakes whoever is blocked in a receive, which from now on returns at once when there is nothing. */
  wake(): void {
    const SHUT_RD = 0;
    // It says ENOTCONN, and does it.
    this.#libc.shutdown(this.fd, SHUT_RD);
  }

  close(): void {
    this.#libc.close(this.fd);
  }

  #growBuffers(): void {
    // The one above the administrator's limit needs CAP_NET_ADMIN; the other is cut to that limit.
    const value = Int32Array.of(BUFFER_OCTETS);
    if (this.#libc.setsockopt(this.fd, SOL_SOCKET, SO_RCVBUFFORCE, value, 4) < 0) {
      this.#set(SOL_SOCKET, SO_RCVBUF, BUFFER_OCTETS);
    }
    this.#set(SOL_SOCKET, SO_SNDBUF, BUFFER_OCTETS);
  }

  #set(level: number, name: number, ...values: readonly number[]): void {
    const value = Int32Array.from(values);
    if (this.#libc.setsockopt(this.fd, level, name, value, value.byteLength) < 0) {
      throw systemError(this.#libc, "setsockopt");
    }
  }

  /** Zeros where the kernel does not tell. */
  #get(level: number, name: number, words: number): Int32Array {
    const value = new Int32Array(words);
    const octets = Int32Array.of(value.byteLength);
    this.#libc.getsockopt(this.fd, level, name, value, octets);
    return value;
  }
}

function isWildcard(sockaddr: Buffer): boolean {
  return sockaddr.subarray(4).every((octet) => octet === 0);
}
