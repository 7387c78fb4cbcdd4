/** Queries under way on one connection of a server that answers in any order. */
const PIPELINED = 16;
/** How long what a server was seen to do is remembered. */
const MEMORY_MS = 300_000;
/** That it answers in any order is not doubted for so long: all names may be slow for once. */
const PROOF_MS = 60_000;
/** A connection closed after more replies than this is nothing to reckon with. */
const FEW_REPLIES = 16;

/** What a server was seen to do with the queries of one connection, remembered for a while. */
export class Manners {
  /** It works on one query of a connection after the other, or on the first alone. */
  #isSerialUntilMs = -Infinity;
  #isProvenUntilMs = -Infinity;
  #maxUses = Infinity;
  #maxUsesUntilMs = -Infinity;

  /** How many queries may be under way on one connection. */
  depth(nowMs: number): number {
    return nowMs < this.#isSerialUntilMs ? 1 : PIPELINED;
  }

  /** How many queries one connection may carry in all. */
  maxUses(nowMs: number): number {
    return nowMs < this.#maxUsesUntilMs ? this.#maxUses : Infinity;
  }

  /** Replies came in another order than the queries. */
  onAnyOrder(nowMs: number): void {
    this.#isSerialUntilMs = -Infinity;
    this.#isProvenUntilMs = nowMs + PROOF_MS;
  }

  /** Queries waited behind an earlier one, were passed over, or lost with their connection. */
  onHeldUp(nowMs: number): void {
    if (nowMs < this.#isProvenUntilMs) return;
    this.#isSerialUntilMs = nowMs + MEMORY_MS;
  }

  /** A connection was closed after so many replies, with further queries on it. */
  onClosedAfter(replies: number, nowMs: number): void {
    if (replies < 1 || replies > FEW_REPLIES) return;
    this.#maxUses = replies;
    this.#maxUsesUntilMs = nowMs + MEMORY_MS;
  }
}
