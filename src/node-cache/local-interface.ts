import { constants } from "node:os";
import { isIPv6 } from "node:net";
import { getSystemErrorMessage, getSystemErrorName } from "node:util";
import type { Libc } from "../transport/native/libc.ts";
import { loadLibc, systemError } from "../transport/native/libc.ts";
import { AF_INET, AF_INET6, encodeAddress } from "../transport/native/socket-address.ts";
import { addAddress, addLink, deleteLink, errorNumberOf, setLinkUp } from "./route-message.ts";

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const MSG_DONTWAIT = 0x40;
const ANSWER_OCTETS = 8_192;
/** Where in a socket address the address begins. */
const [V4_AT, V6_AT] = [4, 8];
/** A bridge without ports passes on as little as a dummy does; not every kernel has the latter. */
const KINDS = ["dummy", "bridge"] as const;

const { EEXIST, EOPNOTSUPP } = constants.errno;

/** A device that does nothing but have addresses, by which they are the node's own. */
export class LocalInterface {
  readonly #libc: Libc;
  readonly #name: string;
  readonly #addresses: readonly string[];

  constructor(libc: Libc, name: string, addresses: readonly string[]) {
    this.#libc = libc;
    this.#name = name;
    this.#addresses = addresses;
  }

  /** @throws {Error} that says why no system calls can be made here */
  static async open(name: string, addresses: readonly string[]): Promise<LocalInterface> {
    return new LocalInterface(await loadLibc(), name, addresses);
  }

  get isThere(): boolean {
    return this.#index !== 0;
  }

  /** @throws the system's error, such as EPERM */
  add(): void {
    for (const kind of KINDS) {
      const errno = this.#ask(addLink(this.#name, kind));
      if (errno === 0) return;
      if (errno !== EOPNOTSUPP || kind === KINDS.at(-1)) throw errorOf("add interface", errno);
    }
  }

  /** Gives it those of its addresses that it has not. @throws the system's error */
  addAddresses(): void {
    const index = this.#index;
    // IPv4 has an address at once. IPv6 has it when the device is up, and then one of the link besides.
    if (this.#addresses.some((address) => isIPv6(address))) {
      this.#demand("set interface up", setLinkUp(index));
    }
    for (const address of this.#addresses) {
      const [family, at] = isIPv6(address) ? [AF_INET6, V6_AT] : [AF_INET, V4_AT];
      const octets = encodeAddress(this.#libc, address, 0).subarray(
        at,
        at + (at === V6_AT ? 16 : 4),
      );
      const errno = this.#ask(addAddress(index, family, octets));
      if (errno !== 0 && errno !== EEXIST) throw errorOf(`add address ${address}`, errno);
    }
  }

  /** Takes it away, if it is there. @throws the system's error */
  remove(): void {
    if (this.isThere) this.#demand("delete interface", deleteLink(this.#index));
  }

  /** 0 if there is none. */
  get #index(): number {
    return this.#libc.if_nametoindex(this.#name);
  }

  #demand(action: string, request: Buffer): void {
    const errno = this.#ask(request);
    if (errno !== 0) throw errorOf(action, errno);
  }

  /** Has the kernel do it. @returns its error number, 0 if all is well */
  #ask(request: Buffer): number {
    const libc = this.#libc;
    const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (fd < 0) throw systemError(libc, "socket");
    try {
      const answer = Buffer.alloc(ANSWER_OCTETS);
      if (libc.send(fd, libc.addressOf(request), request.length, 0) < 0) {
        throw systemError(libc, "send");
      }
      // The kernel has answered before the call above comes back.
      const octets = libc.recv(fd, libc.addressOf(answer), answer.length, MSG_DONTWAIT);
      if (octets < 0) throw systemError(libc, "recv");
      const errno = errorNumberOf(answer.subarray(0, octets));
      if (errno === undefined) throw new Error("the kernel gave an answer of another kind");
      return errno;
    } finally {
      libc.close(fd);
    }
  }
}

function errorOf(action: string, errno: number): NodeJS.ErrnoException {
  const [code, message] = [getSystemErrorName(-errno), getSystemErrorMessage(-errno)];
  return Object.assign(new Error(`${action}: ${message}`), { code, errno });
}
