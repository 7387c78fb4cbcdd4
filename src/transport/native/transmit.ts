import type { Libc } from "./libc.ts";
import { EAGAIN, EINTR } from "./libc.ts";
import type { MessageBatch } from "./message-batch.ts";

/** Fails a call rather than let it wait. */
export const MSG_DONTWAIT = 0x40;
/** Waits for one datagram, then returns with all that are there. */
export const MSG_WAITFORONE = 0x10000;

/** Blocked threads look up this often, should nobody wake them. */
export const LOOK_UP_MS = 100;

/** No more datagrams than this have been received when reading is to stop: the buffer holds fewer. */
export const MAX_QUEUED = 32_768;

/**
 * Sends the slots from `first` to `count` of a batch. What cannot be sent, as a reply to port 0, is
 * left out.
 * @returns how many slots are done with, less than asked where the socket takes no more now, and
 * how many of these were left out
 */
export function transmit(
  libc: Libc,
  fd: number,
  batch: MessageBatch,
  { first, count, flags }: { first: number; count: number; flags: number },
): { done: number; unsent: number } {
  let done = first;
  let unsent = 0;
  while (done < count) {
    const sent = libc.sendmmsg(fd, batch.headerAddress(done), count - done, flags);
    if (sent > 0) done += sent;
    else {
      const errno = libc.errno();
      if (errno === EAGAIN) break;
      if (errno === EINTR) continue;
      // It fails for the first of them: the one to leave out.
      done++;
      unsent++;
    }
  }
  return { done, unsent };
}
