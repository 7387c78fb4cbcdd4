import { getSystemErrorMessage } from "node:util";
import { constants } from "node:os";
import { contain, guard } from "../../observe/faults.ts";
import { ConnectionTable } from "../connection-table.ts";
import { NO_ANSWERS } from "../responder.ts";
import { StreamResponder } from "../stream-responder.ts";
import type { TcpParts } from "../tcp-connection.ts";
import { TcpConnection } from "../tcp-connection.ts";
import type { TcpLimits } from "../tcp-limits.ts";
import { DEFAULT_TCP_LIMITS } from "../tcp-limits.ts";
import type { Listener, ListenOptions, OnTrouble } from "../transport.ts";
import { listenError } from "../transport.ts";
import type { Libc } from "./libc.ts";
import { EAGAIN, EINTR } from "./libc.ts";
import type { StreamParts } from "./native-stream.ts";
import { NativeStream } from "./native-stream.ts";
import { addressOf, portOf } from "./socket-address.ts";
import { StreamMemory } from "./stream-memory.ts";
import type { Watcher } from "./stream-poll.ts";
import { EPOLLIN, StreamPoll } from "./stream-poll.ts";
import { MAX_WAITING, TcpSocket } from "./tcp-socket.ts";

/** Connections taken before those that are there have their turn. */
const ACCEPTS_AT_ONCE = 64;
/** How long nobody is accepted when there is no descriptor or no memory for it. */
const REST_MS = 50;

const NO_IPV6: readonly string[] = ["EAFNOSUPPORT", "EADDRNOTAVAIL"];

/** Listens for DNS over TCP (RFC 7766) by system calls of its own. */
export async function listenTcpNative(
  libc: Libc,
  options: ListenOptions,
  limits: TcpLimits = options.tcpLimits ?? DEFAULT_TCP_LIMITS,
): Promise<Listener> {
  return new NativeTcpListener(libc, openSocket(libc, options), options, limits);
}

function openSocket(libc: Libc, options: ListenOptions): TcpSocket {
  const { address, port, sharesPort = false } = options;
  try {
    return new TcpSocket(libc, address === "" ? "::" : address, port, sharesPort);
  } catch (cause) {
    // A machine without IPv6 has all addresses of one family.
    const isWithoutIpv6 = NO_IPV6.includes((cause as NodeJS.ErrnoException).code ?? "");
    if (address !== "" || !isWithoutIpv6) throw listenError("tcp", options, cause);
  }
  return openSocket(libc, { ...options, address: "0.0.0.0" });
}

class NativeTcpListener implements Listener, Watcher {
  readonly address: string;
  readonly port: number;
  readonly serial = 0;
  readonly #socket: TcpSocket;
  readonly #connections: ConnectionTable;
  readonly #tcp: TcpParts;
  readonly #streams: StreamParts;
  readonly #onTrouble: OnTrouble;
  #lastSerial = 0;
  #rest: NodeJS.Timeout | undefined;

  constructor(libc: Libc, socket: TcpSocket, options: ListenOptions, limits: TcpLimits) {
    this.#socket = socket;
    this.address = addressOf(socket.boundAddress);
    this.port = portOf(socket.boundAddress);
    this.#onTrouble = options.onTrouble;
    this.#connections = new ConnectionTable(limits);
    const responder = new StreamResponder(options.responder?.stream ?? NO_ANSWERS);
    this.#tcp = { receive: options.receive, responder, limits };
    const poll = new StreamPoll(libc);
    this.#streams = { libc, poll, memory: new StreamMemory(libc) };
    poll.add(socket.fd, this, EPOLLIN);
  }

  /** Somebody wants to connect. */
  ready(): void {
    for (let i = 0; i < ACCEPTS_AT_ONCE; i++) {
      const fd = this.#socket.accept();
      if (fd >= 0) this.#open(fd);
      else if (!this.#goesOn()) return;
    }
  }

  #open(fd: number): void {
    // Never 0, which is the listener's.
    this.#lastSerial = (this.#lastSerial % 0x7fffffff) + 1;
    const stream = new NativeStream(this.#streams, fd, this.#lastSerial, this.#socket.peer);
    try {
      const connection = new TcpConnection(stream, this.#tcp);
      stream.owner = connection;
      this.#connections.add(connection);
      if (!stream.destroyed) stream.start();
    } catch (error) {
      contain("connection of a client", error, () => stream.destroy());
    }
  }

  /** Whoever could not be accepted may try again. */
  failed(): void {}

  /** Whether to accept the next one after a failure. */
  #goesOn(): boolean {
    const errno = this.#streams.libc.errno();
    if (errno === EAGAIN) return false;
    // What went wrong with that one connection is its own business.
    const { EMFILE, ENFILE, ENOBUFS, ENOMEM } = constants.errno;
    if (errno === EINTR || ![EMFILE, ENFILE, ENOBUFS, ENOMEM].includes(errno)) return true;
    this.#onTrouble(`Cannot accept on TCP: ${getSystemErrorMessage(-errno)}`);
    this.#connections.makeRoom();
    // Else the event loop would come back at once, and for nothing.
    this.#streams.poll.change(this.#socket.fd, this, 0);
    const goOn = guard("accepting on TCP", () => {
      this.#rest = undefined;
      this.#streams.poll.change(this.#socket.fd, this, EPOLLIN);
    });
    this.#rest ??= setTimeout(goOn, REST_MS);
    return false;
  }

  // What the kernel has by now has been received: it is still answered.
  pause(): void {
    this.#streams.poll.turn();
    this.#connections.pause();
  }

  async close(): Promise<void> {
    clearTimeout(this.#rest);
    // Whoever waits to be accepted may have asked already.
    for (let accepted = 0; accepted < MAX_WAITING; accepted += ACCEPTS_AT_ONCE) this.ready();
    this.#streams.poll.forget(this.#socket.fd);
    this.#socket.close();
    this.#connections.endAll();
    await this.#connections.empty();
    this.#streams.poll.close();
  }
}
