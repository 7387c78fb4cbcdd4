import type { Exchange } from "./exchange.ts";
import { RandomInts } from "./random-ints.ts";

const ids = new RandomInts();

/**
 * The exchanges under way on one socket, by their ids. They are few, and an array of few is
 * quicker than a Map; see also `TimerWheel` on what Maps do to short-lived objects.
 */
export class PendingExchanges {
  readonly #exchanges: Exchange[] = [];

  get count(): number {
    return this.#exchanges.length;
  }

  /** Gives it an id that cannot be predicted (RFC 5452 §9.2) and that nobody here has. */
  add(exchange: Exchange): void {
    do exchange.id = ids.below(0x1_0000);
    while (this.#find(exchange.id) >= 0);
    this.#exchanges.push(exchange);
  }

  /**
   * Hands a packet to the exchange with its id.
   * @returns whether it was that one's reply; else nothing has changed
   */
  offer(packet: Buffer): boolean {
    if (packet.length < 2) return false;
    const exchange = this.#exchanges[this.#find(packet.readUInt16BE(0))];
    if (!exchange?.offer(packet)) return false;
    // Others may have been given up for it, so it may have another place now.
    this.remove(exchange);
    return true;
  }

  remove(exchange: Exchange): void {
    const at = this.#exchanges.indexOf(exchange);
    if (at >= 0) this.#removeAt(at);
  }

  /** All of them, of which none is left here. */
  takeAll(): Exchange[] {
    return this.#exchanges.splice(0);
  }

  forEach(visit: (exchange: Exchange) => void): void {
    for (const exchange of this.#exchanges) visit(exchange);
  }

  #find(id: number): number {
    for (let at = 0; at < this.#exchanges.length; at++) {
      if (this.#exchanges[at]?.id === id) return at;
    }
    return -1;
  }

  #removeAt(at: number): void {
    const last = this.#exchanges.pop();
    if (last && at < this.#exchanges.length) this.#exchanges[at] = last;
  }
}
