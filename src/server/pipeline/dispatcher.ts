import { MAX_UDP_OCTETS } from "../../dns/edns.ts";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { contain, guard, reportFault } from "../../observe/faults.ts";
import type { Receive } from "../../transport/transport.ts";
import { failureReply } from "./chain.ts";
import { admit } from "../contract/admission.ts";
import type { Admission } from "../contract/admission.ts";
import type { Client } from "../../transport/client.ts";
import type { Exchange } from "../contract/exchange.ts";
import { passedOn } from "../contract/outgoing.ts";
import { Validity } from "../contract/validity.ts";
import { encodeReply } from "./encode-reply.ts";
import type { Query } from "../contract/query.ts";
import { readQuery } from "../contract/query.ts";
import { QueryError } from "../contract/query-error.ts";
import { RecordStream } from "../contract/record-stream.ts";
import type { Outcome } from "../contract/reply.ts";
import { DROPPED, Reply } from "../contract/reply.ts";
import type { Observer, ServingBlock } from "./serving-block.ts";
import type { EndpointTable } from "../table/endpoint-table.ts";
import { StreamSender } from "./stream-sender.ts";
import { TooManyWaiting, WaitingQueries } from "./waiting-queries.ts";
import type { Route, ZoneRouter } from "./zone-router.ts";

const NOTHING: ReadonlySet<Admission> = new Set();

/** Where a query ends. */
type Place = Pick<ServingBlock, "observers" | "maxUdpOctets">;

/**
 * The way of a packet to its reply: look into the answer table, else read the question, find the
 * server block, run its chain, encode, send, tell the observers, and offer the reply to the
 * table. Every failure ends here, in a reply, or where there can be none in silence.
 */
export class Dispatcher {
  /** Replaced as a whole by a reload. */
  router: ZoneRouter<ServingBlock>;
  /** Told of queries that no server block takes. */
  unserved: readonly Observer[] = [];
  readonly #table: EndpointTable | undefined;
  readonly #waiting: WaitingQueries;
  readonly #streams: StreamSender;

  /** @param waiting shared by all dispatchers of a server, as `streams` */
  constructor(
    router: ZoneRouter<ServingBlock>,
    table?: EndpointTable,
    waiting: WaitingQueries = new WaitingQueries(),
    streams: StreamSender = new StreamSender(),
  ) {
    this.router = router;
    this.#table = table;
    this.#waiting = waiting;
    this.#streams = streams;
  }

  readonly receive: Receive = (packet, client) => {
    try {
      if (this.#table?.answer(packet, client) === true) return;
    } catch (error) {
      // The chain will answer it.
      reportFault("answer table", error);
    }
    try {
      this.#receive(packet, client);
    } catch (error) {
      contain("query", error, () => client.drop());
    }
  };

  /** The place of queries that no server block takes. */
  get #nowhere(): Place {
    return { observers: this.unserved, maxUdpOctets: MAX_UDP_OCTETS };
  }

  #receive(packet: Buffer, client: Client): void {
    const received = readQuery(packet, client);
    if (!received) return drop(client);
    const { query, rcode } = received;
    if (rcode !== Rcode.NOERROR) return this.#turnAway(query, rcode, undefined);
    const route = this.router.match(query);
    const refusal = refusalOf(query, packet, route?.block);
    if (refusal !== Rcode.NOERROR) return this.#turnAway(query, refusal, route?.block);
    if (!route || route.block.isEmpty) {
      finish(this.#nowhere, query, new Reply(Rcode.REFUSED));
      return;
    }
    if (route.block.repeat) this.#forgetExpired(packet, query);
    this.#serve(route, query);
  }

  #forgetExpired(packet: Buffer, query: Query): void {
    try {
      this.#table?.forgetExpired(packet, query);
    } catch (error) {
      reportFault("answer table", error);
    }
  }

  /** Replies to what no plugin is asked for. What cannot be read is nobody's, and not counted. */
  #turnAway(query: Query, rcode: number, block: ServingBlock | undefined): void {
    const isUnread = rcode === Rcode.FORMERR || rcode === Rcode.BADVERS || isUnknown(query, rcode);
    if (!query.hasQuestion || isUnread) {
      send(query, new Reply(rcode), MAX_UDP_OCTETS);
      return;
    }
    const isServed = block !== undefined && !block.isEmpty && query.qclass === RrClass.IN;
    finish(isServed ? block : this.#nowhere, query, new Reply(rcode));
  }

  #serve({ block, hasView }: Route<ServingBlock>, query: Query): void {
    const generation = block.repeat && !hasView ? this.#table?.generation : undefined;
    query.mayWait = this.#waiting.hasRoomFor(query.client);
    const { passesOption } = block;
    if (passesOption && query.options.length > 0) {
      query.outgoing = passedOn(query.options, passesOption);
    }
    let result;
    try {
      result = block.chain(query);
    } catch (failure) {
      return this.#fail(block, query, failure);
    }
    if (!(result instanceof Promise)) return this.#finish(block, query, result, generation);
    if (!query.mayWait) {
      // A plugin that waits all the same; nobody does for what it says.
      result.catch(() => {});
      return this.#fail(block, query, new TooManyWaiting());
    }
    const end = this.#waiting.begin(query.client);
    block.inFlight++;
    void result.then(
      (outcome) => {
        block.inFlight--;
        end();
        this.#finish(block, query, outcome, generation);
      },
      (failure: unknown) => {
        block.inFlight--;
        end();
        this.#fail(block, query, failure);
      },
    );
  }

  #fail(block: ServingBlock, query: Query, failure: unknown): void {
    if (!(failure instanceof QueryError)) reportFault("plugin", failure);
    if (failure instanceof TooManyWaiting) this.#waiting.countRefused(query.client);
    finish(block, query, failureReply(failure), failure);
  }

  /** @param generation what the table kept when the chain was asked; undefined: nothing */
  #finish(
    block: ServingBlock,
    query: Query,
    outcome: Outcome,
    generation: number | undefined,
  ): void {
    if (outcome instanceof RecordStream) return this.#stream(block, query, outcome);
    const packet = finish(block, query, outcome);
    if (!packet || outcome === DROPPED || outcome.validity.isOnce || query.seal) return;
    // What was asked of another configuration is no answer of this one.
    if (generation === undefined || this.#table?.generation !== generation) return;
    try {
      this.#table.offer(block, query, outcome, packet);
    } catch (error) {
      reportFault("answer table", error);
    }
  }

  /** A client that takes one message gets none of it; nor is one more begun where too many wait. */
  #stream(block: ServingBlock, query: Query, stream: RecordStream): void {
    if (!query.client.room) return this.#fail(block, query, needsStream());
    if (!query.mayWait) return this.#fail(block, query, new TooManyWaiting());
    const end = this.#waiting.begin(query.client);
    block.inFlight++;
    void this.#streams.send(query, stream).then((sent) => {
      block.inFlight--;
      end();
      tell(block.observers, { query, outcome: stream, ...sent });
    });
  }
}

/** Updates are as any opcode without a meaning where nobody takes them. */
function isUnknown({ opcode }: Query, rcode: number): boolean {
  return rcode === Rcode.NOTIMP && opcode === Opcode.UPDATE;
}

/** Whether the block has a query at all: NOERROR, or the response code in its place. */
function refusalOf(query: Query, packet: Buffer, block: ServingBlock | undefined): number {
  if (!block) return admit(query, NOTHING);
  const { open, accepts } = block;
  const rcode = open ? open(query, packet) : Rcode.NOERROR;
  return rcode === Rcode.NOERROR ? admit(query, accepts) : rcode;
}

function needsStream(): QueryError {
  return new QueryError(Rcode.REFUSED, "Cannot send records: it takes TCP to send so many");
}

/** @returns the reply as sent; undefined if there was none. */
function finish(
  { observers, maxUdpOctets }: Place,
  query: Query,
  outcome: Outcome,
  failure?: unknown,
): Buffer | undefined {
  const packet = outcome === DROPPED ? undefined : send(query, outcome, maxUdpOctets);
  if (outcome === DROPPED) drop(query.client);
  if (observers.length === 0) return packet;
  tell(observers, { query, outcome, octets: packet?.length ?? 0, failure });
  return packet;
}

function tell(observers: readonly Observer[], exchange: Exchange): void {
  for (const observe of observers) {
    try {
      observe(exchange);
    } catch (error) {
      reportFault("observer of a query", error);
    }
  }
}

/** @returns the reply as sent; undefined if there can be none */
function send(query: Query, reply: Reply, maxUdpOctets: number): Buffer | undefined {
  const packet = encode(query, reply, maxUdpOctets);
  if (!packet) {
    drop(query.client);
    return undefined;
  }
  try {
    query.client.send(packet);
  } catch (error) {
    // Its connection is gone, or will be.
    reportFault("reply to a client", error);
  }
  return packet;
}

/** A reply that cannot be written is a failure of whoever made it. */
function encode(query: Query, reply: Reply, maxUdpOctets: number): Buffer | undefined {
  try {
    return encodeReply(query, reply, maxUdpOctets);
  } catch (error) {
    reportFault("encoding of a reply", error);
  }
  // What stands in its place is not to be repeated.
  reply.narrow(Validity.once);
  try {
    return encodeReply(query, new Reply(Rcode.SERVFAIL), maxUdpOctets);
  } catch (error) {
    reportFault("encoding of a reply", error);
    return undefined;
  }
}

const drop = guard("reply to a client", (client: Client) => client.drop());
