import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Client } from "./client.ts";
import type { ByteStream } from "./byte-stream.ts";
import { frame } from "../dns/frame-reader.ts";
import { NO_ANSWERS } from "./responder.ts";
import { StreamResponder } from "./stream-responder.ts";
import { TcpConnection } from "./tcp-connection.ts";
import { DEFAULT_TCP_LIMITS } from "./tcp-limits.ts";
import { packetOf } from "./transport.cases.ts";

/** Writes down what is done to it. */
class FakeStream implements ByteStream {
  destroyed = false;
  writableEnded = false;
  writableNeedDrain = false;
  readonly calls: string[] = [];

  write(octets: Buffer): void {
    this.calls.push(`write ${octets.length}`);
  }

  cork(): void {
    this.calls.push("cork");
  }

  uncork(): void {
    this.calls.push("uncork");
  }

  end(): void {
    this.calls.push("end");
    this.writableEnded = true;
  }

  destroy(): void {
    this.calls.push("destroy");
    this.destroyed = true;
  }

  pause(): void {}
  resume(): void {}
  unshift(): void {}
}

let clients: Client[] = [];

function connect(): { stream: FakeStream; connection: TcpConnection } {
  const stream = new FakeStream();
  const connection = new TcpConnection(stream, {
    receive: (_packet, client) => void clients.push(client),
    responder: new StreamResponder(NO_ANSWERS),
    limits: DEFAULT_TCP_LIMITS,
  });
  return { stream, connection };
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

beforeEach(() => {
  clients = [];
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
});

afterEach(() => {
  vi.useRealTimers();
});

describe("TcpConnection", () => {
  it("sends the replies of one turn of the event loop in one piece", async () => {
    const { stream, connection } = connect();
    connection.read(Buffer.concat([1, 2, 3].map((id) => frame(packetOf(id)))));
    stream.calls.length = 0;
    for (const client of clients) client.send(Buffer.alloc(30));
    expect(stream.calls).toEqual([]);
    await turn();
    expect(stream.calls).toEqual(["cork", "write 32", "write 32", "write 32", "uncork"]);
  });

  it("does not let them grow without end in that turn", () => {
    const { stream, connection } = connect();
    connection.read(Buffer.concat([1, 2].map((id) => frame(packetOf(id)))));
    stream.calls.length = 0;
    for (const client of clients) client.send(Buffer.alloc(40_000));
    expect(stream.calls).toEqual(["cork", "write 40002", "write 40002", "uncork"]);
  });

  it("ends behind replies that wait for the end of the turn", async () => {
    const { stream, connection } = connect();
    connection.read(frame(packetOf(1)));
    connection.endInput();
    stream.calls.length = 0;
    clients[0]?.send(Buffer.alloc(30));
    expect(connection.isWaiting).toBe(false);
    await turn();
    expect(stream.calls).toEqual(["cork", "write 32", "uncork", "end"]);
  });

  it("T14d gives a client no more time to read because there are more replies", async () => {
    const { stream, connection } = connect();
    connection.read(Buffer.concat([1, 2, 3].map((id) => frame(packetOf(id)))));
    for (const client of clients) {
      client.send(Buffer.alloc(30));
      stream.writableNeedDrain = true;
      await turn();
      await vi.advanceTimersByTimeAsync(2_000);
    }
    // The first one waits since six seconds, the last one since two.
    expect(stream.destroyed).toBe(true);
  });

  it("gives it all the time again when it has read everything", async () => {
    const { stream, connection } = connect();
    connection.read(Buffer.concat([1, 2, 3].map((id) => frame(packetOf(id)))));
    for (const client of clients) {
      client.send(Buffer.alloc(30));
      stream.writableNeedDrain = true;
      await turn();
      await vi.advanceTimersByTimeAsync(2_000);
      stream.writableNeedDrain = false;
      connection.drained();
    }
    expect(stream.destroyed).toBe(false);
  });

  it("counts idle time from the last query, and ends it with FIN", async () => {
    const { stream, connection } = connect();
    for (let id = 1; id < 4; id++) {
      connection.read(frame(packetOf(id)));
      clients[id - 1]?.send(Buffer.alloc(30));
      await turn();
      await vi.advanceTimersByTimeAsync(9_000);
    }
    expect(stream.writableEnded).toBe(false);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(stream.calls.at(-1)).toBe("end");
    expect(stream.destroyed).toBe(false);
  });
});
