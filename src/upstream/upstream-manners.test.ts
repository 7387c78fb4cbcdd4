import type { Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ReceivedQuery } from "../testing/fake-upstream.ts";
import { pass, stopTime } from "../testing/hand-clock.ts";
import { until } from "../testing/until.ts";
import { answerTo } from "../testing/fake-upstream.ts";
import type { Bench, BenchOptions } from "../testing/upstream-bench.ts";
import { clientTls, openBench } from "../testing/upstream-bench.ts";

/**
 * Servers as they are, over connections. The clock is moved by hand: what is answered while it
 * stands still was answered without any wait of ours.
 */
let bench: Bench;
beforeEach(() => {
  stopTime();
});
afterEach(async () => {
  await bench.close();
  vi.useRealTimers();
});

const ANSWER = "192.0.2.1";
const names = (what: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${what}${i}.test.`);
const answers = (count: number): string[] => Array.from({ length: count }, () => ANSWER);
const askAll = (all: readonly string[]): Promise<string[]> => Promise.all(all.map(bench.ask));

function received(what: string): ReceivedQuery[] {
  return bench.fake.received.filter(({ packet }) => packet.includes(what));
}

function connectionsOf(queries: readonly ReceivedQuery[]): number {
  return new Set(queries.map(({ port }) => port)).size;
}

/** Patience is 20 ms and a round trip, seen at a tick of 25 ms. */
const TENS_MS = 50;

/** Answers the queries of a connection in order; what is called slow holds up those behind it. */
class InOrder {
  readonly #queues = new Map<Socket, ReceivedQuery[]>();
  #isReleased = false;

  readonly answer = (query: ReceivedQuery): void => {
    const { connection } = query;
    if (!connection) return;
    const queue = this.#queues.get(connection) ?? [];
    this.#queues.set(connection, queue);
    queue.push(query);
    this.#serve(queue);
  };

  /** The slow ones are answered now. */
  release(): void {
    this.#isReleased = true;
    for (const queue of this.#queues.values()) this.#serve(queue);
  }

  #serve(queue: ReceivedQuery[]): void {
    for (;;) {
      const [head] = queue;
      if (!head || (!this.#isReleased && head.packet.includes("slow"))) return;
      queue.shift();
      head.reply(answerTo(head.packet));
    }
  }
}

/** TLS has no reset of its own. */
function reset(connection: Socket): void {
  if (connection instanceof TLSSocket) connection.destroy();
  else connection.resetAndDestroy();
}

const transports: readonly [string, BenchOptions][] = [
  ["TCP", { overTcp: true }],
  ["TLS", { overTcp: false, tls: clientTls }],
];

describe.each(transports)("over %s", (_, options) => {
  async function open(
    answer: (query: ReceivedQuery) => void,
    settings: BenchOptions["settings"] = {},
  ): Promise<void> {
    bench = await openBench(answer, { ...options, settings });
  }

  describe("a server that answers in order", () => {
    it("lets no query wait for another one's answer for more than some tens of milliseconds", async () => {
      const server = new InOrder();
      await open(server.answer);
      const slow = bench.ask("slow.test.");
      const quick = askAll(names("quick", 12));
      await until(() => received("quick").length === 12);
      await pass(TENS_MS);
      expect(await quick).toEqual(answers(12));
      server.release();
      expect(await slow).toBe(ANSWER);
    });

    it("is asked one query at a time by each connection from then on, so that none waits at all", async () => {
      const server = new InOrder();
      await open(server.answer);
      const first = askAll(["slow.test.", "quick.test."]);
      await until(() => received("quick").length === 1);
      await pass(TENS_MS);
      await until(() => received("quick").length === 2);
      const slow = askAll(names("slow-too", 20));
      expect(await askAll(names("next", 20))).toEqual(answers(20));
      server.release();
      expect([...(await first), ...(await slow)]).toEqual(answers(22));
    });

    it("is asked by at most 256 connections, and what is more waits for one of them", async () => {
      const server = new InOrder();
      await open(server.answer);
      const first = askAll(["slow.test.", "quick.test."]);
      await until(() => received("quick").length === 1);
      await pass(TENS_MS);
      await until(() => received("quick").length === 2);
      const many = askAll(names("slow-too", 300));
      await until(() => connectionsOf(received("slow")) === 256);
      server.release();
      expect([...(await first), ...(await many)]).toEqual(answers(302));
      expect(connectionsOf(bench.fake.received)).toBe(256);
    });

    it("loses the connection of a query that it never answers, and no other query", async () => {
      const server = new InOrder();
      await open(server.answer);
      const dead = askAll(["slow.test.", "slow-too.test."]);
      await until(() => received("slow").length === 2);
      for (let i = 0; i < 20; i++) {
        await pass(100);
        const asked = askAll(names(`quick${i}-`, 3));
        await until(() => received(`quick${i}-`).length >= 3);
        await pass(TENS_MS);
        expect(await asked).toEqual(answers(3));
      }
      expect(await dead).toEqual(["timeout", "timeout"]);
    });
  });

  describe("a server that answers in any order", () => {
    /** Holds back what is called slow, and nothing else. */
    const held: ReceivedQuery[] = [];
    const anyOrder = (query: ReceivedQuery): void => {
      if (query.packet.includes("slow")) held.push(query);
      else query.reply(answerTo(query.packet));
    };
    const release = (): void => {
      for (const { packet, reply } of held.splice(0)) reply(answerTo(packet));
    };

    it("is asked many queries by one connection, and none of them twice, once a reply came late", async () => {
      await open(anyOrder);
      const first = bench.ask("slow.test.");
      expect(await askAll(names("first", 12))).toEqual(answers(12));
      release();
      expect(await first).toBe(ANSWER);
      const slow = bench.ask("slow-too.test.");
      for (const what of ["quick", "next", "last"]) {
        expect(await askAll(names(what, 7))).toEqual(answers(7));
        await pass(TENS_MS);
      }
      release();
      expect(await slow).toBe(ANSWER);
      expect(bench.fake.received).toHaveLength(35);
      expect(connectionsOf(bench.fake.received)).toBe(1);
    });

    it("but answers no more than some is asked the others by further connections", async () => {
      await open(({ packet, reply, connection }) => {
        const isFirst = connectionsOf(received("n")) === 1;
        if (!isFirst || !connection || packet.includes("n7") || packet.includes("next")) {
          reply(answerTo(packet));
        }
      });
      const asked = askAll(names("n", 12));
      await until(() => received("n").length === 12);
      expect(await bench.ask("next.test.")).toBe(ANSWER);
      await pass(TENS_MS);
      expect(await asked).toEqual(answers(12));
    });

    it("is found out as such though all first queries were slow", async () => {
      await open(anyOrder);
      const slow = askAll(names("slow", 3));
      await until(() => received("slow").length === 3);
      await pass(TENS_MS);
      await until(() => received("slow").length === 5);
      // Sent again, since it might answer in order; the first sendings are answered the last first.
      held
        .splice(0, 3)
        .toReversed()
        .forEach(({ packet, reply }) => reply(answerTo(packet)));
      expect(await slow).toEqual(answers(3));
      release();
      const more = askAll(names("slow-too", 9));
      await until(() => received("slow-too").length === 9);
      expect(connectionsOf(received("slow-too"))).toBeLessThan(4);
      release();
      expect(await more).toEqual(answers(9));
    });
  });

  describe("a server that closes", () => {
    const afterEachReply = ({ packet, reply, connection }: ReceivedQuery): void => {
      if (connection?.writableEnded) return;
      reply(answerTo(packet));
      connection?.end();
    };

    it("after each reply answers all of many queries at once", async () => {
      await open(afterEachReply);
      for (const what of ["first", "second", "third"]) {
        expect(await askAll(names(what, 12))).toEqual(answers(12));
      }
      // What it can do is remembered: no query was sent to be lost.
      expect(received("third")).toHaveLength(12);
      expect(connectionsOf(received("third"))).toBe(12);
    });

    it("is tried with more after a while", async () => {
      await open(afterEachReply);
      await askAll(names("first", 12));
      await pass(300_000);
      expect(await askAll(names("later", 12))).toEqual(answers(12));
      expect(received("later").length).toBeGreaterThan(12);
    });

    it("an idle connection just as a query comes is asked many by the next one all the same", async () => {
      await open(({ packet, reply, connection }) => {
        const isOld = received("first")[0]?.connection === connection;
        if (isOld && !packet.includes("first")) connection?.destroy();
        else reply(answerTo(packet));
      });
      expect(await bench.ask("first.test.")).toBe(ANSWER);
      await pass(200);
      for (const name of names("next", 5)) expect(await bench.ask(name)).toBe(ANSWER);
      expect(connectionsOf(bench.fake.received)).toBe(2);
    });

    it("after a hundred replies answers all of a thousand queries", async () => {
      const served = new Map<Socket, number>();
      await open(({ packet, reply, connection }) => {
        if (!connection || connection.writableEnded) return;
        const count = (served.get(connection) ?? 0) + 1;
        served.set(connection, count);
        reply(answerTo(packet));
        if (count === 100) connection.end();
      });
      for (let i = 0; i < 100; i++) {
        expect(await askAll(names(`n${i}-`, 10))).toEqual(answers(10));
      }
    });

    it("with a reset where it was sent several queries answers all of them", async () => {
      const alone = new Set<Socket>();
      await open((query) => {
        const { connection, packet, reply } = query;
        if (!connection || connection.destroyed) return;
        if (alone.has(connection)) {
          reset(connection);
          return;
        }
        alone.add(connection);
        setImmediate(() => {
          alone.delete(connection);
          if (!connection.destroyed) reply(answerTo(packet));
        });
      });
      expect(await askAll(names("first", 12))).toEqual(answers(12));
      expect(await askAll(names("second", 12))).toEqual(answers(12));
      expect(received("second")).toHaveLength(12);
    });

    it("every connection before any reply fails at once", async () => {
      await open(({ connection }) => connection?.destroy());
      expect(new Set(await askAll(names("n", 12)))).toEqual(new Set(["network"]));
    });
  });

  it("a server that answers only the first of several queries answers all, each by its connection", async () => {
    const served = new Set<Socket>();
    await open(({ packet, reply, connection }) => {
      if (!connection || served.has(connection)) return;
      served.add(connection);
      setImmediate(() => {
        reply(answerTo(packet));
        served.delete(connection);
      });
    });
    const first = askAll(names("first", 12));
    await until(() => received("first").length === 12);
    await pass(TENS_MS);
    expect(await first).toEqual(answers(12));
    expect(await askAll(names("second", 12))).toEqual(answers(12));
  });

  it("a server that reads from three connections only answers what was sent by others", async () => {
    const read = new Set<Socket>();
    await open(({ packet, reply, connection }) => {
      if (!connection || (read.size >= 3 && !read.has(connection))) return;
      read.add(connection);
      if (!packet.includes("slow")) reply(answerTo(packet));
    });
    // Held up once, so that each query gets a connection of its own.
    void askAll(["slow.test.", "slow-too.test."]);
    await until(() => received("slow").length === 2);
    await pass(TENS_MS);
    await until(() => received("slow").length === 3);
    expect(await bench.ask("third.test.")).toBe(ANSWER);
    const quick = askAll(names("quick", 12));
    await until(() => received("quick").length >= 12);
    await pass(TENS_MS);
    expect(await quick).toEqual(answers(12));
  });

  it("a server that closes all but three connections answers what was sent by others", async () => {
    const read = new Set<Socket>();
    const server = new InOrder();
    await open((query) => {
      const { connection } = query;
      if (!connection) return;
      if (read.size >= 3 && !read.has(connection)) {
        connection.destroy();
        return;
      }
      read.add(connection);
      server.answer(query);
    });
    const slow = askAll(["slow.test.", "quick.test."]);
    await until(() => received("quick").length === 1);
    await pass(TENS_MS);
    expect(await bench.ask("third.test.")).toBe(ANSWER);
    expect(await askAll(names("quick", 12))).toEqual(answers(12));
    server.release();
    await slow;
  });
});
