import { describe, expect, test } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { Name } from "../../dns/name.ts";
import { parseRecord } from "../../dns/presentation.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { testQuery } from "../../testing/query.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import type { Query } from "../contract/query.ts";
import { QueryError } from "../contract/query-error.ts";
import { RecordStream } from "../contract/record-stream.ts";
import { onFault } from "../../observe/faults.ts";
import type { StreamEnd } from "./stream-sender.ts";
import { StreamSender } from "./stream-sender.ts";

/** A client over a stream, and what it was sent. */
class Receiver {
  readonly messages: Message[] = [];
  readonly octets: number[] = [];
  isOver = false;
  isDropped = false;
  readonly query: Query;
  readonly #rooms: ((hasRoom: boolean) => void)[] = [];

  /** @param rooms how many messages it takes until it is `gone` */
  constructor(rooms = Infinity, options: TestQueryOptions = {}) {
    this.query = testQuery("example.org.", "AXFR", { transport: "tcp", ...options });
    Object.assign(this.query.client, {
      send: (packet: Buffer, isLast = true) => {
        const message = parseMessage(packet);
        if (message) this.messages.push(message);
        this.octets.push(packet.length);
        this.isOver ||= isLast;
      },
      room: () =>
        this.octets.length < rooms
          ? Promise.resolve(true)
          : new Promise((resolve) => void this.#rooms.push(resolve)),
      drop: () => {
        this.isDropped = true;
      },
    });
  }

  get waits(): boolean {
    return this.#rooms.length > 0;
  }

  tell(hasRoom: boolean): void {
    for (const resolve of this.#rooms.splice(0)) resolve(hasRoom);
  }

  take(records: Iterable<ResourceRecord>): Promise<StreamEnd> {
    return new StreamSender().send(this.query, new RecordStream(records));
  }
}

function* hosts(count: number): Generator<ResourceRecord> {
  for (let i = 0; i < count; i++) yield parseRecord(`host-${i}.example.org. 60 IN A 192.0.2.1`);
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

describe("a stream of records", () => {
  test("goes out in order, in messages with one id, the question in the first", async () => {
    const receiver = new Receiver(Infinity, { id: 77, edns: true });
    const end = await receiver.take(hosts(3_000));
    const { messages } = receiver;
    expect(messages.length).toBeGreaterThan(2);
    expect(messages.flatMap(({ answer }) => answer.map(({ owner }) => owner.toString()))).toEqual(
      [...hosts(3_000)].map(({ owner }) => owner.toString()),
    );
    expect(new Set(messages.map(({ id }) => id))).toEqual(new Set([77]));
    expect(messages.map(({ question }) => question.length > 0)).toEqual(
      messages.map((_, i) => i === 0),
    );
    expect(messages.map(({ edns }) => edns !== undefined)).toEqual(messages.map((_, i) => i === 0));
    expect(messages.every(({ flags }) => (flags & Flag.AA) !== 0)).toBe(true);
    expect(receiver.isOver).toBe(true);
    expect(end).toEqual({
      octets: receiver.octets.reduce((sum, octets) => sum + octets, 0),
      failure: undefined,
    });
  });

  test("of one record as long as can be is one message", async () => {
    const receiver = new Receiver();
    const long = new ResourceRecord(Name.parse("a."), RrType.TXT, 1, 60, Buffer.alloc(65_000));
    await receiver.take([...hosts(1), long, ...hosts(1)]);
    expect(receiver.octets).toHaveLength(3);
  });

  test("with a record that no message holds ends with SERVFAIL", async () => {
    const receiver = new Receiver();
    const endless = new ResourceRecord(Name.parse("a."), RrType.TXT, 1, 60, Buffer.alloc(65_530));
    const faults: unknown[] = [];
    const stop = onFault((_what, error) => faults.push(error));
    await receiver.take([...hosts(1), endless]);
    stop();
    expect(receiver.messages.at(-1)?.rcode).toBe(Rcode.SERVFAIL);
    expect(String(faults[0])).toContain("too long for a message");
  });

  test("waits for a client that reads slowly, and makes no more than it takes", async () => {
    const receiver = new Receiver(2);
    let made = 0;
    function* counted(): Generator<ResourceRecord> {
      for (const record of hosts(10_000)) {
        made++;
        yield record;
      }
    }
    const sent = receiver.take(counted());
    while (!receiver.waits) await turn();
    expect(receiver.octets).toHaveLength(2);
    expect(made).toBeLessThan(3_000);
    receiver.tell(false);
    await sent;
  });

  test("ends when the client goes away, and lets go of what it was made from", async () => {
    const receiver = new Receiver(1);
    let isLetGo = false;
    function* held(): Generator<ResourceRecord> {
      try {
        yield* hosts(10_000);
      } finally {
        isLetGo = true;
      }
    }
    const sent = receiver.take(held());
    while (!receiver.waits) await turn();
    receiver.tell(false);
    const { failure } = await sent;
    expect(receiver.isDropped).toBe(true);
    expect(isLetGo).toBe(true);
    expect(String(failure)).toMatch(/connection ended after \d+ octets/);
  });

  test("that fails before it has begun is a reply like others", async () => {
    const receiver = new Receiver(Infinity, { edns: true });
    const gone = new QueryError(Rcode.SERVFAIL, "Cannot send zone: gone", { ede: 14 });
    await receiver.take({
      [Symbol.iterator]() {
        throw gone;
      },
    });
    expect(receiver.messages).toMatchObject([{ rcode: Rcode.SERVFAIL, answer: [] }]);
    expect(receiver.messages[0]?.edns?.options).toHaveLength(1);
  });

  test("that fails midway ends with a message that says so", async () => {
    const receiver = new Receiver();
    const { failure } = await receiver.take(
      (function* (): Generator<ResourceRecord> {
        yield* hosts(2_000);
        throw new QueryError(Rcode.SERVFAIL, "Cannot send zone: gone");
      })(),
    );
    expect(receiver.messages.map(({ rcode }) => rcode)).toEqual([
      ...receiver.messages.slice(1).map(() => Rcode.NOERROR),
      Rcode.SERVFAIL,
    ]);
    expect(receiver.isOver).toBe(true);
    expect(String(failure)).toContain("gone");
  });

  test("takes turns with others", async () => {
    const [one, other] = [new Receiver(), new Receiver()];
    const sender = new StreamSender();
    const order: string[] = [];
    function* noted(name: string): Generator<ResourceRecord> {
      for (const record of hosts(3_000)) {
        if (order.at(-1) !== name) order.push(name);
        yield record;
      }
    }
    await Promise.all([
      sender.send(one.query, new RecordStream(noted("one"))),
      sender.send(other.query, new RecordStream(noted("other"))),
    ]);
    expect(order.length).toBeGreaterThan(5);
  });
});
