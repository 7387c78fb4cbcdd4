import { contain } from "../../observe/faults.ts";
import type { Libc, Poll } from "./libc.ts";
import { systemError } from "./libc.ts";

export const EPOLLIN = 1;
export const EPOLLOUT = 4;
/** Told whether asked for or not. */
export const EPOLLERR = 8;
export const EPOLLHUP = 16;
export const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_MOD = 3;
export const EPOLL_CLOEXEC = 0o2000000;

const EVENTS = 256;
/** Full batches of events taken before others have their turn. */
const TURNS_AT_ONCE = 4;

/**
 * struct epoll_event, which is packed on x64 only:
 *
 *   x64        | events 4 | fd 4 | serial 4 |
 *   others     | events 4 | -  4 | fd 4     | serial 4 |
 */
export const EVENT_WORDS: number = process.arch === "x64" ? 3 : 4;
export const FD_WORD: number = EVENT_WORDS - 2;
const SERIAL_WORD = EVENT_WORDS - 1;

/** Whoever waits for a descriptor. */
export interface Watcher {
  /** Tells it from those that had the same descriptor before. */
  readonly serial: number;
  /** @param events of EPOLLIN and so on */
  ready(events: number): void;
  /** `ready` has thrown. */
  failed(): void;
}

/**
 * Watches many descriptors by an epoll(7) of its own, which the event loop watches as one: it costs
 * a third of as many handles of the event loop.
 */
export class StreamPoll {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #poll: Poll;
  readonly #events = new Int32Array(new ArrayBuffer(EVENTS * EVENT_WORDS * 4));
  readonly #change = new Int32Array(new ArrayBuffer(64));
  readonly #eventsAddress: number;
  readonly #changeAddress: number;
  readonly #watchers: (Watcher | undefined)[] = [];

  constructor(libc: Libc) {
    this.#libc = libc;
    this.#eventsAddress = libc.addressOf(this.#events);
    this.#changeAddress = libc.addressOf(this.#change);
    this.#fd = libc.epoll_create1(EPOLL_CLOEXEC);
    if (this.#fd < 0) throw systemError(libc, "epoll_create1");
    this.#poll = libc.poll(this.#fd, () => this.turn());
  }

  add(fd: number, watcher: Watcher, events: number): boolean {
    this.#watchers[fd] = watcher;
    return this.#control(EPOLL_CTL_ADD, fd, watcher, events);
  }

  change(fd: number, watcher: Watcher, events: number): boolean {
    return this.#control(EPOLL_CTL_MOD, fd, watcher, events);
  }

  /** Before the descriptor is closed, which ends the kernel's part. */
  forget(fd: number): void {
    this.#watchers[fd] = undefined;
  }

  close(): void {
    this.#poll.close();
    this.#libc.close(this.#fd);
  }

  #control(operation: number, fd: number, { serial }: Watcher, events: number): boolean {
    this.#change[0] = events;
    this.#change[FD_WORD] = fd;
    this.#change[SERIAL_WORD] = serial;
    return this.#libc.epoll_ctl(this.#fd, operation, fd, this.#changeAddress) === 0;
  }

  /** Tells the watchers what has happened, without waiting. */
  turn(): void {
    for (let turn = 0; turn < TURNS_AT_ONCE; turn++) {
      const count = this.#libc.epoll_wait(this.#fd, this.#eventsAddress, EVENTS, 0);
      for (let i = 0; i < count; i++) this.#tell(i * EVENT_WORDS);
      if (count < EVENTS) break;
    }
  }

  #tell(at: number): void {
    const watcher = this.#watchers[this.#events[at + FD_WORD] as number];
    // An earlier event of the batch may have closed it, and another one may have its descriptor.
    if (!watcher || watcher.serial !== this.#events[at + SERIAL_WORD]) return;
    try {
      watcher.ready(this.#events[at] as number);
    } catch (error) {
      contain("connection of a client", error, () => watcher.failed());
    }
  }
}
