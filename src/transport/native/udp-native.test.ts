import { once } from "node:events";
import { readFileSync, readdirSync } from "node:fs";
import { afterEach, describe, expect, it, vi } from "vitest";
import { until } from "../../testing/until.ts";
import { askUdp, connectUdp, packetOf } from "../transport.cases.ts";
import type { ListenOptions, Receive, UdpStatistics } from "../transport.ts";
import { describeUdp } from "../udp.cases.ts";
import type { Libc } from "./libc.ts";
import { loadLibc } from "./libc.ts";
import type { StandIn } from "./testdata/responder.ts";
import { standIn } from "./testdata/responder.ts";
import type { NativeListener } from "./udp-native.ts";
import { listenUdpNative } from "./udp-native.ts";

const libc = await loadLibc().catch(() => undefined);

/** A query for a name of one letter; the stand-in knows what to do by that. */
function query(letter: string, id: number): Buffer {
  const packet = packetOf(id);
  packet.write(letter, 13);
  return packet;
}

const echo: Receive = (packet, client) => client.send(packet);

/** Ids of this process's threads. */
function threads(): string[] {
  return readdirSync("/proc/self/task");
}

/**
 * Waits until threads do nothing but wait: ten looks long none of them runs or is to run, and none has
 * been woken. One that asks again and again never comes to that, however little it may run.
 */
async function untilAllWait(ids: readonly string[]): Promise<void> {
  let seen = "";
  let looks = 0;
  await until(() => {
    const now = ids.map(sleepsOf);
    looks = now.includes(undefined) || now.join() !== seen ? 0 : looks + 1;
    seen = now.join();
    return looks === 10;
  });
}

/** How often a thread has gone to sleep; undefined if it does not sleep. */
function sleepsOf(id: string): string | undefined {
  const status = readFileSync(`/proc/self/task/${id}/status`, "utf8");
  if (!/^State:\tS/m.test(status)) return undefined;
  return /^voluntary_ctxt_switches:\t(\d+)/m.exec(status)?.[1];
}

describe.skipIf(!libc)("native UDP", () => {
  const here = libc as Libc;
  describeUdp("the main thread", (options) => listenUdpNative(here, options, { count: 0 }));
  describeUdp("the main thread, before there are two", (options) =>
    listenUdpNative(here, options, { count: 2, whenBusy: true }),
  );
  describeUdp("two threads", (options) => listenUdpNative(here, options, { count: 2 }));
  describeUdp("two threads that read five sockets", (options) =>
    listenUdpNative(here, options, { count: 2, sockets: 5 }),
  );

  const listeners: NativeListener[] = [];
  const trouble: string[] = [];

  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
    trouble.length = 0;
  });

  async function listen(
    threads: number,
    options: Partial<ListenOptions> = {},
  ): Promise<NativeListener> {
    const all = {
      address: "127.0.0.1",
      port: 0,
      receive: echo,
      onTrouble: (message: string) => trouble.push(message),
      ...options,
    };
    const listener = await listenUdpNative(here, all, { count: threads });
    listeners.push(listener);
    return listener;
  }

  /** Blocks this thread until it is so. */
  function block(isSo: () => boolean): void {
    const word = new Int32Array(new SharedArrayBuffer(4));
    while (!isSo()) Atomics.wait(word, 0, 0, 1);
  }

  describe.each([0, 2])("by %i threads", (threads) => {
    it.each([
      ["", "127.0.0.2"],
      ["", "::1"],
      ["0.0.0.0", "127.0.0.2"],
    ])("on %j answers from %s, where it was asked", async (address, asked) => {
      const seen: string[] = [];
      const { port } = await listen(threads, {
        address,
        receive(packet, client) {
          seen.push(client.localAddress);
          client.send(packet);
        },
        responder: standIn(),
      });
      // A connected socket takes nothing from anywhere else.
      const socket = await connectUdp(port, asked);
      const ask = async (packet: Buffer): Promise<Buffer> => {
        socket.send(packet);
        const [reply] = (await once(socket, "message")) as [Buffer];
        return reply;
      };
      expect(await ask(query("m", 5))).toEqual(query("m", 5));
      const family = asked === "::1" ? 6 : 4;
      expect((await ask(query("h", 5))).subarray(0, 4)).toEqual(Buffer.of(0, 5, 0x80, family));
      expect(seen).toEqual([asked]);
      socket.close();
    });

    it("answers from memory what is there, and dispatches the rest", async () => {
      const seen: number[] = [];
      const { port, statistics } = await listen(threads, {
        receive(packet, client) {
          seen.push(packet.readUInt16BE(0));
          client.send(packet);
        },
        responder: standIn(),
      });
      const socket = await connectUdp(port);
      let replies = 0;
      socket.on("message", () => replies++);
      for (let id = 0; id < 100; id++) socket.send(query(id % 3 === 0 ? "m" : "h", id));
      await expect.poll(() => replies).toBe(100);
      expect(seen).toEqual(Array.from({ length: 34 }, (_, i) => 3 * i));
      expect(statistics()).toMatchObject({ received: 100, answered: 66, failed: 0 });
      socket.close();
    });

    it("dispatches what the responder fails on", async () => {
      const { port, statistics } = await listen(threads, { responder: standIn() });
      expect(await askUdp(port, query("t", 3))).toEqual(query("t", 3));
      expect(statistics()).toMatchObject({ answered: 0, failed: 1 });
    });

    it("counts what the kernel drops and will not send", async () => {
      const flooded = await listen(threads, { receive: (_packet, client) => client.drop() });
      expect(flooded.statistics()).toMatchObject({ droppedByKernel: 0, unsent: 0, overflowed: 0 });
      expect(flooded.statistics().receiveBufferOctets).toBeGreaterThan(100_000);
    });
  });

  it("answers from memory while the main thread is busy", async () => {
    const { port, statistics } = await listen(1, { responder: standIn() });
    const socket = await connectUdp(port);
    for (let id = 0; id < 50; id++) socket.send(query("h", id));
    block(() => statistics().answered === 50);
    expect(statistics().answered).toBe(50);
    socket.close();
  });

  it("loses what the kernel has no room for while the main thread is busy, and counts it", async () => {
    const { port, statistics } = await listen(0);
    const socket = await connectUdp(port);
    let replies = 0;
    socket.on("message", () => replies++);
    const sent = 40_000;
    for (let id = 0; id < sent; id++) socket.send(packetOf(id & 0xffff));
    const { droppedByKernel } = statistics();
    expect(droppedByKernel).toBeGreaterThan(0);
    await expect.poll(() => statistics().received + droppedByKernel).toBe(sent);
    socket.close();
  });

  it("loses what the main thread is too slow for, and counts it; memory still answers", async () => {
    let dispatched = 0;
    const { port, statistics } = await listen(1, {
      receive(_packet, client) {
        dispatched++;
        client.drop();
      },
      responder: standIn(),
    });
    const seen = ({ received, droppedByKernel }: UdpStatistics): number =>
      received + droppedByKernel;
    const socket = await connectUdp(port);
    const sent = 12_000;
    for (let id = 0; id < sent; id++) {
      socket.send(query("m", id));
      // Not so fast that the kernel's buffer is what overflows.
      if (id % 500 === 0) block(() => seen(statistics()) >= id);
    }
    block(() => seen(statistics()) === sent);
    const { overflowed, droppedByKernel } = statistics();
    expect(overflowed).toBeGreaterThan(0);
    socket.send(query("h", 1));
    block(() => statistics().answered === 1);
    expect(statistics().answered).toBe(1);
    await expect.poll(() => dispatched).toBe(sent - overflowed - droppedByKernel);
    socket.close();
  });

  it("replaces a thread that ends, and loses no query of the others", async () => {
    const responder: StandIn = standIn();
    const { port, statistics } = await listen(2, { responder });
    expect([...responder.readers]).toEqual([1, 2]);
    const deadly = await connectUdp(port);
    deadly.send(query("x", 1));
    await expect.poll(() => statistics().threadDeaths).toBe(1);
    expect(trouble).toEqual(["UDP thread has ended and is replaced: exit code 3"]);
    // Each has a port of its own, so that both sockets are asked; one waits for its new thread.
    const sockets = await Promise.all(Array.from({ length: 16 }, () => connectUdp(port)));
    let replies = 0;
    for (const socket of sockets) {
      socket.on("message", () => replies++);
      socket.send(query("h", 1));
      socket.send(query("m", 1));
    }
    await expect.poll(() => replies).toBe(32);
    expect(responder.readers.size).toBe(2);
    expect(responder.readers).toContain(3);
    for (const socket of [deadly, ...sockets]) socket.close();
  });

  it("starts threads once there is much to do, and loses nothing meanwhile", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const responder = standIn();
    const options = { address: "127.0.0.1", port: 0, receive: echo, responder };
    const onTrouble = (message: string): unknown => trouble.push(message);
    const growth = { count: 2, whenBusy: true };
    const listener = await listenUdpNative(here, { ...options, onTrouble }, growth);
    listeners.push(listener);
    const socket = await connectUdp(listener.port);
    let replies = 0;
    socket.on("message", () => replies++);
    let sent = 0;
    const ask = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) socket.send(query(i % 2 === 0 ? "m" : "h", sent++ & 0xffff));
      await until(() => replies === sent);
    };
    const others = new Set(threads());
    // 4,950 a second are few, 5,000 are many.
    for (let i = 0; i < 99; i++) await ask(50);
    vi.advanceTimersByTime(1_000);
    expect(responder.readers.size).toBe(0);
    for (let i = 0; i < 100; i++) await ask(50);
    vi.advanceTimersByTime(1_000);
    expect(responder.readers.size).toBe(2);
    for (let i = 0; i < 100; i++) await ask(50);
    const started = threads().filter((thread) => !others.has(thread));
    expect(started.length).toBeGreaterThanOrEqual(2);
    await untilAllWait(started);
    const { received, answered } = listener.statistics();
    expect([received, answered]).toEqual([sent, sent / 2]);
    expect(trouble).toEqual([]);
    socket.close();
  });

  it("reads more sockets than it has threads, each of them", async () => {
    const responder = standIn();
    const options = { address: "127.0.0.1", port: 0, receive: echo, responder };
    const all = { ...options, onTrouble: (message: string): unknown => trouble.push(message) };
    const before = new Set(threads());
    const listener = await listenUdpNative(here, all, { count: 2, sockets: 9 });
    listeners.push(listener);
    expect(responder.readers.size).toBe(2);
    const one = await listen(1);
    const { receiveBufferOctets } = listener.statistics();
    expect(receiveBufferOctets).toBe(9 * one.statistics().receiveBufferOctets);
    // The kernel deals clients out by their ports: so many reach all sockets.
    const clients = await Promise.all(Array.from({ length: 90 }, () => connectUdp(listener.port)));
    for (const [i, socket] of clients.entries()) {
      for (const letter of ["m", "h"]) {
        socket.send(query(letter, i));
        await once(socket, "message");
      }
      socket.close();
    }
    // They do not ask again and again when there is nothing.
    await untilAllWait(threads().filter((thread) => !before.has(thread)));
    const { received, answered } = listener.statistics();
    expect([received, answered]).toEqual([180, 90]);
  });

  it("gives its threads back when it closes", async () => {
    const responder = standIn();
    const listener = await listen(3, { responder });
    expect(responder.readers.size).toBe(3);
    await listener.close();
    expect(responder.readers.size).toBe(0);
  });

  it("waits for replies that are due when it closes, and takes none later", async () => {
    const waiting: (() => void)[] = [];
    const listener = await listen(1, {
      receive(packet, client) {
        waiting.push(() => client.send(packet));
      },
    });
    const socket = await connectUdp(listener.port);
    socket.send(packetOf(4));
    await expect.poll(() => waiting.length).toBe(1);
    const closed = listener.close();
    waiting[0]?.();
    const [reply] = (await once(socket, "message")) as [Buffer];
    expect(reply).toEqual(packetOf(4));
    await closed;
    expect(() => waiting[0]?.()).not.toThrow();
    socket.close();
  });
});
