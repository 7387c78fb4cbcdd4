import type { Libc } from "./libc.ts";
import { systemError } from "./libc.ts";
import { EPOLLIN, EPOLL_CLOEXEC, EPOLL_CTL_ADD, EVENT_WORDS, FD_WORD } from "./stream-poll.ts";

/** Waits for whichever of some descriptors can be read; blocks its thread. */
export class SocketPoll {
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #count: number;
  readonly #events: Int32Array;
  readonly #address: number;

  constructor(libc: Libc, fds: readonly number[]) {
    this.#libc = libc;
    this.#count = fds.length;
    this.#events = new Int32Array(new ArrayBuffer(fds.length * EVENT_WORDS * 4));
    this.#address = libc.addressOf(this.#events);
    this.#fd = libc.epoll_create1(EPOLL_CLOEXEC);
    if (this.#fd < 0) throw systemError(libc, "epoll_create1");
    for (const fd of fds) {
      this.#events[0] = EPOLLIN;
      this.#events[FD_WORD] = fd;
      const done = libc.epoll_ctl(this.#fd, EPOLL_CTL_ADD, fd, this.#address);
      if (done < 0) throw systemError(libc, "epoll_ctl");
    }
  }

  /** Calls back for each that can be read; for none if there was none in time. */
  wait(timeoutMs: number, ready: (fd: number) => void): void {
    const count = this.#libc.epoll_wait(this.#fd, this.#address, this.#count, timeoutMs);
    for (let i = 0; i < count; i++) ready(this.#events[i * EVENT_WORDS + FD_WORD] as number);
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}
