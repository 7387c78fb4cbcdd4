import { constants, endianness } from "node:os";
import { getSystemErrorMessage, getSystemErrorName } from "node:util";

/** Handle of a file descriptor that the event loop watches. */
export interface Poll {
  close(): void;
}

/**
 * The few functions of the C library that `node:dgram` and `node:net` have no door to. As in C, a result of -1 is a
 * failure, whose reason `errno` gives until the next call. Memory is handed over by address
 * (`addressOf`) where the call is hot, and must stay referenced for as long as C may see it.
 */
export interface Libc {
  socket(family: number, type: number, protocol: number): number;
  bind(fd: number, address: Uint8Array, octets: number): number;
  getsockname(fd: number, address: Uint8Array, octets: Int32Array): number;
  setsockopt(fd: number, level: number, name: number, value: Int32Array, octets: number): number;
  getsockopt(
    fd: number,
    level: number,
    name: number,
    value: Int32Array,
    octets: Int32Array,
  ): number;
  if_nametoindex(name: string): number;
  listen(fd: number, backlog: number): number;
  accept4(fd: number, address: number, octets: number, flags: number): number;
  recv(fd: number, data: number, octets: number, flags: number): number;
  send(fd: number, data: number, octets: number, flags: number): number;
  epoll_create1(flags: number): number;
  epoll_ctl(fd: number, operation: number, watched: number, event: number): number;
  epoll_wait(fd: number, events: number, count: number, timeoutMs: number): number;
  shutdown(fd: number, how: number): number;
  fcntl(fd: number, command: number, value: number): number;
  close(fd: number): number;
  /** The last argument is a time-out that Linux only looks at between datagrams: 0, for none. */
  recvmmsg(fd: number, headers: number, count: number, flags: number, timeout: number): number;
  sendmmsg(fd: number, headers: number, count: number, flags: number): number;
  errno(): number;
  addressOf(memory: ArrayBufferView): number;
  /** Calls back whenever something can be read. */
  poll(fd: number, onReadable: () => void): Poll;
}

const SIGNATURES = {
  socket: ["int", "int", "int"],
  bind: ["int", "void *", "uint"],
  getsockname: ["int", "void *", "void *"],
  setsockopt: ["int", "int", "int", "void *", "uint"],
  getsockopt: ["int", "int", "int", "void *", "void *"],
  if_nametoindex: ["str"],
  listen: ["int", "int"],
  shutdown: ["int", "int"],
  fcntl: ["int", "int", "int"],
  close: ["int"],
  // Addresses as numbers cost koffi half as much as buffers.
  recvmmsg: ["int", "uintptr_t", "uint", "int", "uintptr_t"],
  sendmmsg: ["int", "uintptr_t", "uint", "int"],
  accept4: ["int", "uintptr_t", "uintptr_t", "int"],
  recv: ["int", "uintptr_t", "size_t", "int"],
  send: ["int", "uintptr_t", "size_t", "int"],
  epoll_create1: ["int"],
  epoll_ctl: ["int", "int", "int", "uintptr_t"],
  epoll_wait: ["int", "uintptr_t", "int", "int"],
};

/** Where structures and constants are as in message-batch.ts and socket-options.ts: 64 bits, low octet first. */
const ARCHITECTURES: readonly string[] = ["x64", "arm64", "riscv64", "loong64"];

let loading: Promise<Libc> | undefined;

/**
 * Opens the C library.
 * @throws {Error} that says why not: another platform, or the optional package koffi is missing.
 */
export function loadLibc(): Promise<Libc> {
  loading ??= openLibc();
  return loading;
}

async function openLibc(): Promise<Libc> {
  if (process.platform !== "linux") throw new Error(`this is ${process.platform}, not linux`);
  if (!ARCHITECTURES.includes(process.arch) || endianness() !== "LE") {
    throw new Error(`not built for ${process.arch}`);
  }
  const koffi = await import("koffi").catch((cause: NodeJS.ErrnoException) => {
    const isMissing = cause.code === "ERR_MODULE_NOT_FOUND";
    const state = isMissing ? "is not installed" : `cannot be loaded: ${cause.message}`;
    throw new Error(`package koffi ${state}`, { cause });
  });
  // The process is linked with its C library already, whether glibc or musl.
  const library = koffi.load(null);
  const functions = Object.entries(SIGNATURES).map(([name, parameters]) => {
    return [name, library.func(name, "int", parameters)];
  });
  return {
    ...(Object.fromEntries(functions) as Omit<Libc, "errno" | "addressOf" | "poll">),
    errno: () => koffi.errno(),
    addressOf: (memory) => Number(koffi.address(memory)),
    poll: (fd, onReadable) => koffi.node.poll(fd, { readable: true }, onReadable),
  };
}

/** The error that a call of the C library left behind, as Node's own look. */
export function systemError(libc: Libc, call: string): NodeJS.ErrnoException {
  const errno = libc.errno();
  const [code, message] = [getSystemErrorName(-errno), getSystemErrorMessage(-errno)];
  return Object.assign(new Error(`${call}: ${message}`), { code, errno, syscall: call });
}

export const { EAGAIN, EINTR } = constants.errno;
