import { contain } from "../../observe/faults.ts";
import type { ByteStream, StreamOwner } from "../byte-stream.ts";
import type { Libc } from "./libc.ts";
import { EAGAIN, EINTR } from "./libc.ts";
import { MAX_ADDRESS_OCTETS, addressOf, portOf } from "./socket-address.ts";
import { INPUT_OCTETS, OUTPUT_OCTETS } from "./stream-memory.ts";
import type { StreamMemory } from "./stream-memory.ts";
import type { StreamPoll, Watcher } from "./stream-poll.ts";
import { EPOLLERR, EPOLLHUP, EPOLLIN, EPOLLOUT } from "./stream-poll.ts";

const MSG_NOSIGNAL = 0x4000;
const SHUT_WR = 1;

/** What the streams of a listener share. */
export interface StreamParts {
  readonly libc: Libc;
  readonly poll: StreamPoll;
  readonly memory: StreamMemory;
}

const NOBODY: StreamOwner = { read() {}, endInput() {}, drained() {}, closed() {} };

/** A connection that accept4(2) has given, without the machinery of streams. */
export class NativeStream implements ByteStream, Watcher {
  owner: StreamOwner = NOBODY;
  destroyed = false;
  writableEnded = false;
  readonly serial: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #parts: StreamParts;
  readonly #fd: number;
  /** What the kernel has not taken. */
  #unsent: Buffer[] = [];
  /** What has been given back by whoever reads. */
  #rest: Buffer | undefined;
  #isRestDue = false;
  #isPaused = false;
  #inputEnded = false;
  #onSent: (() => void) | undefined;
  /** Events that the poll knows to be wanted; -1 before it knows the stream. */
  #watched = -1;

  /** @param peer of accept4(2), valid during the call */
  constructor(parts: StreamParts, fd: number, serial: number, peer: Buffer) {
    this.#parts = parts;
    this.#fd = fd;
    this.serial = serial;
    this.remoteAddress = addressOf(peer);
    this.remotePort = portOf(peer);
  }

  get localAddress(): string | undefined {
    const name = this.#localName();
    return name && addressOf(name);
  }

  get localPort(): number | undefined {
    const name = this.#localName();
    return name && portOf(name);
  }

  get writableNeedDrain(): boolean {
    return this.#unsent.length > 0;
  }

  /** Reads what has come with the connection, then whenever something comes. */
  start(): void {
    this.#read();
    this.#watch();
  }

  ready(events: number): void {
    if ((events & (EPOLLERR | EPOLLHUP)) !== 0) return this.destroy();
    if ((events & EPOLLOUT) !== 0) this.#drain();
    if ((events & EPOLLIN) !== 0 && !this.destroyed) this.#read();
  }

  failed(): void {
    this.destroy();
  }

  cork(): void {
    const { memory } = this.#parts;
    memory.user ??= this;
  }

  uncork(): void {
    const { memory } = this.#parts;
    if (memory.user !== this) return;
    this.#sendGathered();
    memory.user = undefined;
    this.#watch();
  }

  write(octets: Buffer): void {
    const { libc, memory } = this.#parts;
    if (this.destroyed || this.writableEnded) return;
    if (this.#unsent.length > 0) this.#unsent.push(Buffer.from(octets));
    else if (memory.user === this && octets.length <= OUTPUT_OCTETS) {
      if (memory.used + octets.length > OUTPUT_OCTETS) this.#sendGathered();
      // What has been gathered before goes first.
      if (this.#unsent.length > 0) this.#unsent.push(Buffer.from(octets));
      else memory.used += octets.copy(memory.output, memory.used);
    } else {
      const sent = this.#send(libc.addressOf(octets), octets.length);
      if (sent < octets.length) this.#unsent.push(Buffer.from(octets.subarray(sent)));
      this.#watch();
    }
  }

  end(onSent: () => void): void {
    if (this.destroyed || this.writableEnded) return;
    this.writableEnded = true;
    this.#onSent = onSent;
    if (this.#unsent.length === 0) this.#endOutput();
  }

  pause(): void {
    this.#isPaused = true;
    this.#watch();
  }

  resume(): void {
    this.#isPaused = false;
    if (this.#rest && !this.#isRestDue) {
      this.#isRestDue = true;
      setImmediate(this.#readRest);
    }
    this.#watch();
  }

  unshift(octets: Buffer): void {
    if (this.destroyed) return;
    this.#rest = Buffer.from(octets);
    this.#watch();
  }

  destroy(): void {
    if (this.destroyed) return;
    const { libc, poll, memory } = this.#parts;
    this.destroyed = true;
    if (memory.user === this) {
      memory.user = undefined;
      memory.used = 0;
    }
    this.#unsent = [];
    this.#rest = undefined;
    poll.forget(this.#fd);
    libc.close(this.#fd);
    this.owner.closed();
  }

  #read(): void {
    const { libc, memory } = this.#parts;
    const octets = libc.recv(this.#fd, memory.inputAddress, INPUT_OCTETS, 0);
    if (octets > 0) return this.owner.read(memory.input.subarray(0, octets));
    if (octets < 0) {
      if (!isTransient(libc)) this.destroy();
      return;
    }
    this.#inputEnded = true;
    if (this.writableEnded && this.#unsent.length === 0) return this.destroy();
    this.owner.endInput();
    this.#watch();
  }

  readonly #readRest = (): void => {
    this.#isRestDue = false;
    const rest = this.#rest;
    if (!rest || this.destroyed || this.#isPaused) return;
    this.#rest = undefined;
    try {
      this.owner.read(rest);
      this.#watch();
    } catch (error) {
      contain("connection of a client", error, () => this.destroy());
    }
  };

  #sendGathered(): void {
    const { memory } = this.#parts;
    const octets = memory.used;
    memory.used = 0;
    if (octets === 0) return;
    const sent = this.#send(memory.outputAddress, octets);
    if (sent < octets) this.#unsent.push(Buffer.from(memory.output.subarray(sent, octets)));
  }

  /** @returns how many octets the kernel has taken; all of them if it will never take any more */
  #send(address: number, octets: number): number {
    const { libc } = this.#parts;
    if (this.destroyed) return octets;
    const sent = libc.send(this.#fd, address, octets, MSG_NOSIGNAL);
    if (sent >= 0) return sent;
    if (isTransient(libc)) return 0;
    this.destroy();
    return octets;
  }

  #drain(): void {
    const { libc } = this.#parts;
    for (let first = this.#unsent[0]; first; first = this.#unsent[0]) {
      const sent = this.#send(libc.addressOf(first), first.length);
      if (this.destroyed) return;
      if (sent < first.length) {
        this.#unsent[0] = first.subarray(sent);
        return;
      }
      this.#unsent.shift();
    }
    if (this.writableEnded) this.#endOutput();
    else this.owner.drained();
    this.#watch();
  }

  #endOutput(): void {
    // Both sides have said all: no more is to be seen of the client.
    if (this.#inputEnded) return this.destroy();
    this.#parts.libc.shutdown(this.#fd, SHUT_WR);
    this.#onSent?.();
    this.#watch();
  }

  #watch(): void {
    if (this.destroyed) return;
    const reads = !this.#isPaused && !this.#inputEnded && !this.#rest;
    const wanted = (reads ? EPOLLIN : 0) | (this.#unsent.length > 0 ? EPOLLOUT : 0);
    if (wanted === this.#watched) return;
    const { poll } = this.#parts;
    const isKnown = this.#watched >= 0;
    this.#watched = wanted;
    const isDone = isKnown ? poll.change(this.#fd, this, wanted) : poll.add(this.#fd, this, wanted);
    if (!isDone) this.destroy();
  }

  #localName(): Buffer | undefined {
    const name = Buffer.alloc(MAX_ADDRESS_OCTETS);
    const octets = Int32Array.of(name.length);
    if (this.destroyed || this.#parts.libc.getsockname(this.#fd, name, octets) < 0)
      return undefined;
    return name;
  }
}

function isTransient(libc: Libc): boolean {
  const errno = libc.errno();
  return errno === EAGAIN || errno === EINTR;
}
