import { Rcode } from "../../dns/iana/rcode.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { contain, reportFault } from "../../observe/faults.ts";
import { QueryError } from "../contract/query-error.ts";
import type { Query } from "../contract/query.ts";
import { RecordStream } from "../contract/record-stream.ts";
import type { Reply } from "../contract/reply.ts";
import { failureReply } from "./chain.ts";
import { encodeMessageOf, encodeReply } from "./encode-reply.ts";
import { RecordBatches } from "./record-batches.ts";
import { TurnQueue } from "./turn-queue.ts";

/** What has come of a stream. */
export interface StreamEnd {
  /** Of all messages that were sent. */
  readonly octets: number;
  /** Undefined if the client was sent everything. */
  readonly failure: unknown;
}

/** Sends streams of records, all of them together one slice a turn of the event loop. */
export class StreamSender {
  readonly #turns = new TurnQueue();

  /** Ends with the last `send`, or `drop`, of the query's client; never rejects. */
  async send(query: Query, stream: RecordStream): Promise<StreamEnd> {
    const sending = new Sending(query, stream, this.#turns);
    const failure = await sending.run();
    return { octets: sending.octets, failure };
  }
}

class Sending {
  readonly #query: Query;
  readonly #stream: RecordStream;
  readonly #turns: TurnQueue;
  octets = 0;

  constructor(query: Query, stream: RecordStream, turns: TurnQueue) {
    this.#query = query;
    this.#stream = stream;
    this.#turns = turns;
  }

  /** @returns what it failed of */
  async run(): Promise<unknown> {
    let batches: RecordBatches | undefined;
    try {
      batches = new RecordBatches(this.#stream.records, this.#turns);
      while (!batches.isDone) {
        if (!(await this.#query.client.room?.())) return this.#giveUp();
        await this.#turns.next();
        this.#send(await batches.next(), batches);
      }
      return undefined;
    } catch (failure) {
      if (!(failure instanceof QueryError)) reportFault("stream of records", failure);
      this.#sayFailed(failure);
      return failure;
    } finally {
      batches?.end();
    }
  }

  #send(records: readonly ResourceRecord[], { isDone }: RecordBatches): void {
    const message = encodeMessageOf(this.#query, this.#stream, records, this.octets === 0);
    this.octets += message.length;
    this.#query.client.send(message, isDone);
  }

  /** The client has gone. */
  #giveUp(): QueryError {
    this.#query.client.drop();
    return new QueryError(
      Rcode.SERVFAIL,
      `Cannot send records: connection ended after ${this.octets} octets`,
    );
  }

  /** A message with an error ends a transfer, wherever it is (RFC 5936 §2.2). */
  #sayFailed(failure: unknown): void {
    const { client } = this.#query;
    const reply = failureReply(failure);
    try {
      const message = this.octets === 0 ? encodeReply(this.#query, reply) : this.#lastWords(reply);
      this.octets += message.length;
      client.send(message);
    } catch (error) {
      contain("stream of records", error, () => client.drop());
    }
  }

  #lastWords({ rcode }: Reply): Buffer {
    const end = new RecordStream([], 0);
    end.rcode = rcode;
    return encodeMessageOf(this.#query, end, [], false);
  }
}
