import type { BatchResponder, Responder } from "../../responder.ts";

/**
 * Stands for the answer table. By the first octet of the name it answers (h), throws (t), ends its
 * thread (x), or does not know.
 */
export function openResponder(): BatchResponder {
  return {
    isIpv6: false,
    beginBatch() {},
    answer(request, start, length, out, outStart) {
      switch (String.fromCharCode(request[start + 13] ?? 0)) {
        case "h":
          out.set(request.subarray(start, start + length), outStart);
          out[outStart + 2] = 0x80;
          // Tells the family, for the tests to see.
          out[outStart + 3] = this.isIpv6 ? 6 : 4;
          return length;
        case "t":
          throw new Error("told so");
        case "x":
          return process.exit(3);
        default:
          return 0;
      }
    },
    endBatch() {},
  };
}

/** The threads that read, by their number; those that ended are taken out. */
export interface StandIn extends Responder {
  readonly readers: Set<unknown>;
}

export function standIn(): StandIn {
  const readers = new Set<unknown>();
  let count = 0;
  return {
    local: openResponder(),
    stream: openResponder(),
    module: import.meta.url,
    readers,
    openReader() {
      readers.add(++count);
      return count;
    },
    closeReader: (data) => void readers.delete(data),
  };
}
