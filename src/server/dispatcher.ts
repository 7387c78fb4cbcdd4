import { Rcode } from "../dns/iana/rcode.ts";
import type { Receive } from "../transport/transport.ts";
import { failureReply } from "./chain.ts";
import type { Client } from "./client.ts";
import { encodeReply } from "./encode-reply.ts";
import type { Query } from "./query.ts";
import { readQuery } from "./query.ts";
import type { Outcome } from "./reply.ts";
import { DROPPED, Reply } from "./reply.ts";
import type { ServingBlock } from "./serving-block.ts";
import type { ZoneRouter } from "./zone-router.ts";

/**
 * The way of a packet to its reply: read the question, find the server block, run its chain,
 * encode, send, tell the observers. Every failure ends here, in a reply.
 */
export class Dispatcher {
  /** Replaced as a whole by a reload. */
  router: ZoneRouter<ServingBlock>;

  constructor(router: ZoneRouter<ServingBlock>) {
    this.router = router;
  }

  readonly receive: Receive = (packet, client) => {
    const received = readQuery(packet, client);
    if (!received) return client.drop();
    const { query, rcode } = received;
    if (rcode !== Rcode.NOERROR) return send(client, query, new Reply(rcode));
    const block = this.router.match(query.qname, query.qtype);
    if (block) serve(block, query);
    else send(client, query, new Reply(Rcode.REFUSED));
  };
}

function serve(block: ServingBlock, query: Query): void {
  let result;
  try {
    result = block.chain(query);
  } catch (failure) {
    return finish(block, query, failureReply(failure), failure);
  }
  if (!(result instanceof Promise)) return finish(block, query, result, undefined);
  block.inFlight++;
  void result.then(
    (outcome) => finishLater(block, query, outcome, undefined),
    (failure: unknown) => finishLater(block, query, failureReply(failure), failure),
  );
}

function finishLater(block: ServingBlock, query: Query, outcome: Outcome, failure: unknown): void {
  block.inFlight--;
  finish(block, query, outcome, failure);
}

function finish(block: ServingBlock, query: Query, outcome: Outcome, failure: unknown): void {
  const octets = outcome === DROPPED ? drop(query.client) : send(query.client, query, outcome);
  for (const observe of block.observers) observe(query, outcome, octets, failure);
}

function send(client: Client, query: Query, reply: Reply): number {
  const packet = encodeReply(query, reply);
  client.send(packet);
  return packet.length;
}

function drop(client: Client): number {
  client.drop();
  return 0;
}
