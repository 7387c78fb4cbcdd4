import { expect, it } from "vitest";
import type { Exchange } from "./exchange.ts";
import { PendingExchanges } from "./pending-exchanges.ts";

it("takes out the one that a packet was for, though its waiter gives up others meanwhile", () => {
  const pending = new PendingExchanges();
  const givenUp: Exchange[] = [];
  const make = (): Exchange => {
    const offer = (): boolean => {
      for (const exchange of givenUp) pending.remove(exchange);
      return true;
    };
    const exchange = { id: 0, offer } as unknown as Exchange;
    pending.add(exchange);
    return exchange;
  };
  const [first, second, third, fourth] = [make(), make(), make(), make()];
  givenUp.push(first, third);
  const packet = Buffer.alloc(12);
  packet.writeUInt16BE(second.id, 0);
  expect(pending.offer(packet)).toBe(true);
  expect(pending.takeAll()).toEqual([fourth]);
});
