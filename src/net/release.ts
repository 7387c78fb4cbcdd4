/**
 * Gives the memory of a buffer back at once, if it has it for itself: nobody may look at it any more. V8 counts what buffers
 * hold outside of its heap, and marks the whole heap after each 64 MiB: where octets are only carried on, that takes as long as
 * carrying them.
 */
export function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength <= byteLength + MAX_UNUSED_OCTETS) {
    buffer.transfer(0);
  }
}

/** A frame may begin some octets behind the start; small buffers are parts of a pool, which nobody owns. */
const MAX_UNUSED_OCTETS = 8;
