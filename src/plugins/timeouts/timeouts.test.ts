import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { frame } from "../../dns/frame-reader.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { TestServer } from "../../testing/server.ts";
import { startServer } from "../../testing/server.ts";
import { until } from "../../testing/until.ts";
import type { ConfiguredTcp } from "../../server/contract/configured-tcp.ts";
import { joinConfiguredTcp } from "../../server/contract/configured-tcp.ts";
import { timeouts } from "./index.ts";
import { parseTimeouts } from "./parse.ts";

const parse = (text: string): ConfiguredTcp => parseTimeouts(testDirective(text));

function valuesOf(limits: ConfiguredTcp): Record<string, number> {
  return Object.fromEntries(Object.entries(limits).map(([name, { value }]) => [name, value]));
}

describe("the directive timeouts", () => {
  it.each([
    ["timeouts {\n read 30s\n}", { readMs: 30_000 }],
    [
      "timeouts {\n read 1m\n write 2m\n idle 3m\n}",
      { readMs: 60_000, writeMs: 120_000, idleMs: 180_000 },
    ],
    ["timeouts {\n idle 10\n}", { idleMs: 10_000 }],
    ["timeouts {\n idle 24h\n maxtcpqueries 128\n}", { idleMs: 86_400_000, queries: 128 }],
    ["timeouts {\n maxtcpqueries -1\n}", { queries: Infinity }],
    ["timeouts {\n read 1s\n read 2s\n}", { readMs: 2_000 }],
  ])("reads %j", (text, values) => {
    expect(valuesOf(parse(text))).toEqual(values);
  });

  it.each([
    ["timeouts", "Corefile:2: plugin/timeouts: nothing to do"],
    ["timeouts {\n}", "nothing to do: expected one of read, write, idle, maxtcpqueries"],
    ["timeouts 5s", 'unexpected argument "5s"'],
    ["timeouts {\n read\n}", "Corefile:3: plugin/timeouts: missing argument"],
    ["timeouts {\n idle 1s 2s\n}", 'unexpected argument "2s"'],
    ["timeouts {\n read 0s\n}", 'cannot parse "0s": less than 1000 ms'],
    ["timeouts {\n read 48h\n}", 'cannot parse "48h": more than 86400000 ms'],
    ["timeouts {\n write soon\n}", 'cannot parse "soon": not a duration'],
    ["timeouts {\n maxtcpqueries 0\n}", 'cannot parse "0": neither -1 nor a positive'],
    ["timeouts {\n maxtcpqueries -2\n}", 'cannot parse "-2": less than -1'],
    ["timeouts {\n maxtcpqueries many\n}", 'cannot parse "many": not an integer'],
    ["timeouts {\n linger 1s\n}", 'unknown property "linger"'],
  ])("refuses %j", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it.each([
    ["https://.", "maxtcpqueries 5", '"5": it has no effect for https://'],
    ["quic://.", "write 5s", '"5s": it has no effect for quic://'],
    ["grpc://.", "idle 5s", '"5s": it has no effect for grpc://'],
  ])("refuses what has no effect for %s: %s", (zone, property, message) => {
    const text = `timeouts {\n ${property}\n}`;
    const create = (zones: readonly string[]): unknown =>
      timeouts.create?.(parse(text), testContext({ directive: text, zones }));
    expect(() => create([zone])).toThrow(`Corefile:3: plugin/timeouts: cannot use ${message}`);
    expect(() => create([zone, "tls://."])).not.toThrow();
  });

  it("of two blocks of an address says the same", () => {
    const [one, other] = ["timeouts {\n read 5s\n}", "timeouts {\n read 5s\n idle 7s\n}"].map(
      parse,
    );
    if (!one || !other) throw new Error("not parsed");
    expect(valuesOf(joinConfiguredTcp(one, other))).toEqual({ readMs: 5_000, idleMs: 7_000 });
    const third = parse("timeouts {\n read 6s\n}");
    expect(() => joinConfiguredTcp(one, third)).toThrow(
      'Corefile:3: plugin/timeouts: cannot have "6s": another server block of the address says "5s"',
    );
  });
});

describe.each(["native", "node"])("a connection of %s TCP", (udp) => {
  let server: TestServer | undefined;
  let socket: Socket | undefined;

  afterEach(async () => {
    socket?.destroy();
    await server?.stop();
  });

  const corefile = (property: string, answers = "whoami"): string => `.:{{PORT}} {
  bind 127.0.0.1
  transport {
    udp ${udp}
  }
  timeouts {
    ${property}
  }
  ${answers}
}`;

  function question(id: number): Buffer {
    const packet = Buffer.from("000001000001000000000000016104746573740000010001", "hex");
    packet.writeUInt16BE(id, 0);
    return frame(packet);
  }

  /** Ids of the replies; ends with "end" when the server has closed its side. */
  async function open(text: string): Promise<(number | "end")[]> {
    server = await startServer({ corefile: text });
    socket = connect({ host: "127.0.0.1", port: server.port, allowHalfOpen: true });
    const events: (number | "end")[] = [];
    let pending = Buffer.alloc(0);
    socket.on("error", () => events.push("end"));
    socket.on("end", () => events.push("end"));
    socket.on("data", (chunk) => {
      pending = Buffer.concat([pending, chunk]);
      while (pending.length >= 2 && pending.length >= 2 + pending.readUInt16BE(0)) {
        events.push(pending.readUInt16BE(2));
        pending = pending.subarray(2 + pending.readUInt16BE(0));
      }
    });
    await once(socket, "connect");
    return events;
  }

  it.each([
    ["the chain", "whoami"],
    ["the answer table", "hosts {\n 192.0.2.1 a.test\n }"],
  ])("is closed behind its last query, answered by %s", async (_by, answers) => {
    const events = await open(corefile("maxtcpqueries 7", answers));
    // In one piece, and more than it may have.
    socket?.write(Buffer.concat(Array.from({ length: 20 }, (_, i) => question(i))));
    await until(() => events.includes("end"));
    expect(events).toEqual([0, 1, 2, 3, 4, 5, 6, "end"]);
  });

  it("is closed after the queries of a limit that a reload has set", async () => {
    const events = await open(corefile("maxtcpqueries -1"));
    socket?.write(question(1));
    await until(() => events.length === 1);
    if (!server) throw new Error("no server");
    server.corefile = corefile("maxtcpqueries 2");
    await server.server.reload();
    socket?.write(question(2));
    await until(() => events.includes("end"));
    expect(events).toEqual([1, 2, "end"]);
  });

  it("tells its clients how long it may be idle", async () => {
    const events = await open(corefile("idle 2m"));
    const replies: Buffer[] = [];
    socket?.on("data", (chunk) => replies.push(chunk));
    const query = question(1).subarray(2);
    query.writeUInt16BE(1, 10);
    const keepalive = Buffer.from("00002904d0000000000004000b0000", "hex");
    socket?.write(frame(Buffer.concat([query, keepalive])));
    await until(() => events.length === 1);
    // In units of 100 ms.
    expect(Buffer.concat(replies).toString("hex")).toContain("000b000204b0");
  });
});
