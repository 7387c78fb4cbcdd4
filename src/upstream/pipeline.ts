import type { Message } from "../dns/message.ts";
import type { Exchange } from "./exchange.ts";
import { RandomInts } from "./random-ints.ts";
import type { Request } from "./request.ts";

const ids = new RandomInts();
/** Servers that answer in any order are known to work on ten queries of a connection or more. */
const AT_ONCE = 8;

/** One sending of an exchange by a connection. */
export interface Leg {
  readonly exchange: Exchange;
  /** What was sent; the exchange may have gone on to ask without EDNS. */
  readonly request: Request;
  readonly id: number;
  readonly sentMs: number;
}

/**
 * Whether anybody waits for the reply. If not, since it came by another connection or the question
 * was put differently, the server is at work on it all the same, and its reply is to be known.
 */
export function isLive({ exchange, request }: Leg): boolean {
  return !exchange.isOver && exchange.request === request;
}

/** The queries sent by one connection and not answered there, in the order of sending. */
export class Pipeline {
  readonly #legs: Leg[] = [];
  /**
   * How many queries the server works on at once, as far as was seen: with 1, replies came in the
   * order of the queries, and each waits for those before (RFC 7766 §6.2.1.1).
   */
  window = 1;

  get count(): number {
    return this.#legs.length;
  }

  get live(): readonly Leg[] {
    return this.#legs.filter(isLive);
  }

  /** Those that perhaps wait for others to be answered. */
  get behind(): readonly Leg[] {
    return this.#legs.slice(this.window).filter(isLive);
  }

  has(exchange: Exchange): boolean {
    return this.#legs.some((leg) => leg.exchange === exchange);
  }

  /** @returns the id to send it with, which nobody here has */
  add(exchange: Exchange, nowMs: number): number {
    let id: number;
    do id = ids.below(0x1_0000);
    while (this.#legs.some((leg) => leg.id === id));
    this.#legs.push({ exchange, request: exchange.request, id, sentMs: nowMs });
    return id;
  }

  /** Takes out the leg that a packet is the reply to; undefined if there is none. */
  take(packet: Buffer): { leg: Leg; message: Message } | undefined {
    const id = packet.readUInt16BE(0);
    const at = this.#legs.findIndex((leg) => leg.id === id);
    const leg = this.#legs[at];
    const message = leg?.request.read(packet);
    if (!leg || !message) return undefined;
    this.#legs.splice(at, 1);
    if (at >= this.window) this.window = Math.max(at + 1, AT_ONCE);
    return { leg, message };
  }

  /** Takes out the leg of an exchange. */
  remove(exchange: Exchange): Leg | undefined {
    const at = this.#legs.findIndex((leg) => leg.exchange === exchange);
    return at < 0 ? undefined : this.#legs.splice(at, 1)[0];
  }

  takeAll(): readonly Leg[] {
    return this.#legs.splice(0);
  }
}
