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
  /** Whether others were under way when it was sent: servers may take the first, and drop it. */
  readonly wasBehind: boolean;
  /** When the reply to a later query came first. */
  overtakenMs: number | undefined;
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
   * How many queries the server works on at once, as far as was seen. With 1, each may wait for
   * those before (RFC 7766 §6.2.1.1). A reply that comes early proves nothing: the server may have
   * passed over what was before. The reply to that does.
   */
  window = 1;

  get count(): number {
    return this.#legs.length;
  }

  get live(): readonly Leg[] {
    return this.#legs.filter(isLive);
  }

  /**
   * Those that may wait in vain: behind others, if nothing comes (`isStalled`), or overtaken by
   * others before `overtakenBeforeMs`, as by a server that answers only some of them.
   */
  late(isStalled: boolean, overtakenBeforeMs: number): readonly Leg[] {
    const isInOrder = this.window === 1;
    return this.#legs.filter((leg, at) => {
      if (!isLive(leg)) return false;
      if (!isInOrder) return isStalled && at >= this.window;
      return (isStalled && leg.wasBehind) || (leg.overtakenMs ?? Infinity) < overtakenBeforeMs;
    });
  }

  has(exchange: Exchange): boolean {
    return this.#legs.some((leg) => leg.exchange === exchange);
  }

  /** @returns the id to send it with, which nobody here has */
  add(exchange: Exchange, nowMs: number): number {
    let id: number;
    do id = ids.below(0x1_0000);
    while (this.#legs.some((leg) => leg.id === id));
    const wasBehind = this.#legs.length > 0;
    const { request } = exchange;
    this.#legs.push({ exchange, request, id, sentMs: nowMs, wasBehind, overtakenMs: undefined });
    return id;
  }

  /** Takes out the leg that a packet is the reply to; undefined if there is none. */
  take(packet: Buffer, nowMs: number): { leg: Leg; message: Message } | undefined {
    const id = packet.readUInt16BE(0);
    const at = this.#legs.findIndex((leg) => leg.id === id);
    const leg = this.#legs[at];
    const message = leg?.request.read(packet);
    if (!leg || !message) return undefined;
    this.#legs.splice(at, 1);
    if (leg.overtakenMs !== undefined) this.window = AT_ONCE;
    for (const earlier of this.#legs.slice(0, at)) earlier.overtakenMs ??= nowMs;
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
