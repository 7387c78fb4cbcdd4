import type { Outbox } from "../client.ts";
import type { Listener, ListenOptions, UdpStatistics } from "../transport.ts";
import { NO_ANSWERS } from "../responder.ts";
import { listenError } from "../transport.ts";
import type { Libc } from "./libc.ts";
import { GrowingSource } from "./growing-source.ts";
import { PEER_OCTETS } from "./miss-ring.ts";
import type { ReplySocket } from "./native-client.ts";
import { NativeClient } from "./native-client.ts";
import type { QuerySource } from "./query-source.ts";
import { PolledSource } from "./polled-source.ts";
import { ThreadedSource } from "./threaded-source.ts";
import { ReplyQueue } from "./reply-queue.ts";
import { addressOf, portOf } from "./socket-address.ts";
import { ThreadCounter } from "./thread-memory.ts";
import { LOOK_UP_MS } from "./transmit.ts";
import { UdpSocket } from "./udp-socket.ts";

/** For replies to what came in at the last moment. */
const GRACE_MS = 5_000;

const NO_IPV6: readonly string[] = ["EAFNOSUPPORT", "EADDRNOTAVAIL"];

export interface Threads {
  /** That receive and answer from memory; with 0 the main thread does. */
  readonly count: number;
  /** Sockets that they read; by default one for each of them. */
  readonly sockets?: number | undefined;
  /** Whether they are started only once there is much to do. */
  readonly whenBusy?: boolean;
}

/** Listens for UDP packets by system calls that take many packets at once. */
export async function listenUdpNative(
  libc: Libc,
  options: ListenOptions,
  threads: Threads,
): Promise<NativeListener> {
  const sockets = openSockets(libc, options, Math.max(1, threads.count, threads.sockets ?? 0));
  const listener = new NativeListener(libc, options, sockets);
  try {
    await listener.start(threads);
  } catch (error) {
    await listener.close();
    throw error;
  }
  return listener;
}

function openSockets(libc: Libc, options: ListenOptions, count: number): UdpSocket[] {
  const { address } = options;
  // A machine without IPv6 has all addresses of one family.
  const candidates = address === "" ? ["::", "0.0.0.0"] : [address];
  for (const [i, candidate] of candidates.entries()) {
    try {
      return openAt(libc, { ...options, address: candidate }, count);
    } catch (cause) {
      const isWithoutIpv6 = NO_IPV6.includes((cause as NodeJS.ErrnoException).code ?? "");
      const isLast = i === candidates.length - 1;
      if (isLast || !isWithoutIpv6) throw listenError("udp", options, cause);
    }
  }
  return [];
}

function openAt(libc: Libc, options: ListenOptions, count: number): UdpSocket[] {
  const { address, port, sharesPort = false } = options;
  const sockets: UdpSocket[] = [];
  try {
    for (let i = 0; i < count; i++) {
      const [first] = sockets;
      const samePort = first ? portOf(first.boundAddress) : port;
      sockets.push(new UdpSocket(libc, address, samePort, sharesPort || i > 0));
    }
  } catch (error) {
    for (const socket of sockets) socket.close();
    throw error;
  }
  return sockets;
}

/** The sockets of one address and port, and who reads them. */
export class NativeListener implements Listener, ReplySocket {
  readonly address: string;
  readonly port: number;
  readonly #libc: Libc;
  readonly #options: ListenOptions;
  readonly #sockets: readonly UdpSocket[];
  readonly #replies: ReplyQueue;
  #source: QuerySource | undefined;
  /** Queries that the dispatcher has neither answered nor dropped. */
  #inFlight = 0;
  #isClosed = false;

  constructor(libc: Libc, options: ListenOptions, sockets: readonly UdpSocket[]) {
    this.#libc = libc;
    this.#options = options;
    this.#sockets = sockets;
    const [first] = sockets as readonly [UdpSocket];
    this.address = addressOf(first.boundAddress);
    this.port = portOf(first.boundAddress);
    // Any of the sockets will do: they share the address, and so does what they send.
    this.#replies = new ReplyQueue(libc, first.fd);
  }

  get outbox(): Outbox {
    return this.#replies;
  }

  async start(threads: Threads): Promise<void> {
    this.#source = this.#makeSource(threads);
    await this.#source.start();
  }

  #makeSource({ count, whenBusy = false }: Threads): QuerySource {
    const [socket] = this.#sockets as readonly [UdpSocket];
    if (count === 0) return this.#makePolled(socket);
    if (!whenBusy) return this.#makeThreaded(count);
    return new GrowingSource({
      polled: this.#sockets.map((one) => this.#makePolled(one)),
      makeThreaded: () => this.#makeThreaded(count),
      onTrouble: this.#options.onTrouble,
    });
  }

  #makePolled(socket: UdpSocket): PolledSource {
    const responder = this.#options.responder?.local ?? NO_ANSWERS;
    const [libc, replies, onQuery] = [this.#libc, this.#replies, this.#onQuery];
    return new PolledSource({ libc, socket, responder, replies, onQuery });
  }

  #makeThreaded(count: number): ThreadedSource {
    const { responder, onTrouble } = this.#options;
    const [sockets, replies, onQuery] = [this.#sockets, this.#replies, this.#onQuery];
    for (const socket of sockets) socket.setReceiveTimeout(LOOK_UP_MS);
    return new ThreadedSource({ sockets, count, responder, replies, onQuery, onTrouble });
  }

  readonly #onQuery = (record: Buffer): void => {
    this.#inFlight++;
    this.#options.receive(record.subarray(PEER_OCTETS), new NativeClient(this, record));
  };

  reply(record: Buffer, reply: Buffer): void {
    this.#inFlight--;
    // After the wait in `close` the descriptor may be somebody else's.
    if (!this.#isClosed) this.#replies.push(record, reply);
  }

  drop(): void {
    this.#inFlight--;
  }

  // A datagram in the kernel's queue has been received: it is still answered.
  pause(): void {}

  async close(): Promise<void> {
    await this.#source?.stop();
    const deadline = performance.now() + GRACE_MS;
    while (this.#inFlight > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    this.#isClosed = true;
    this.#replies.close();
    for (const socket of this.#sockets) socket.close();
  }

  readonly statistics = (): UdpStatistics => {
    const sockets = this.#isClosed ? [] : this.#sockets;
    const memories = this.#source?.memories ?? [];
    const sum = (counter: number): number => {
      return memories.reduce((total, { counters }) => total + (counters[counter] as number), 0);
    };
    return {
      received: sum(ThreadCounter.RECEIVED),
      answered: sum(ThreadCounter.ANSWERED),
      failed: sum(ThreadCounter.FAILED),
      unsent: sum(ThreadCounter.UNSENT) + this.#replies.unsent,
      overflowed: sum(ThreadCounter.OVERFLOWED),
      droppedByKernel: sockets.reduce((total, socket) => total + socket.dropped, 0),
      threadDeaths: this.#source?.deaths ?? 0,
      receiveBufferOctets: sockets.reduce((total, one) => total + one.receiveBufferOctets, 0),
    };
  };
}
