import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Client } from "./client.ts";
import { pass, settle, stopTime } from "../testing/hand-clock.ts";
import { frame } from "../dns/frame-reader.ts";
import { standIn } from "./native/testdata/responder.ts";
import type { TcpLimits } from "./tcp-limits.ts";
import { DEFAULT_TCP_LIMITS } from "./tcp-limits.ts";
import { TcpProbe, packetOf } from "./transport.cases.ts";
import type { Listener, ListenOptions, Receive } from "./transport.ts";

/** A query for a name of one letter; the stand-in knows what to do by that. */
function letterQuery(letter: string, id: number): Buffer {
  const packet = packetOf(id);
  packet.write(letter, 13);
  return packet;
}

/** Listens one way or the other. */
export type ListenTcp = (options: ListenOptions, limits: TcpLimits) => Promise<Listener>;

/** What TCP must do, whoever serves it. */
export function tcpCases(name: string, listenBy: ListenTcp): void {
  const listeners: Listener[] = [];

  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  });

  /** Echoes, unless told otherwise. */
  async function listen(limits: Partial<TcpLimits> = {}, receive?: Receive): Promise<number> {
    const echo: Receive = (packet, client) => client.send(packet);
    const options = {
      address: "127.0.0.1",
      port: 0,
      receive: receive ?? echo,
      onTrouble: () => {},
    };
    const listener = await listenBy(options, { ...DEFAULT_TCP_LIMITS, ...limits });
    listeners.push(listener);
    return listener.port;
  }

  describe(name, () => {
    it("T02 answers twenty queries in one segment", async () => {
      const probe = new TcpProbe(await listen());
      const ids = Array.from({ length: 20 }, (_, i) => i + 1);
      probe.send(...ids.map(packetOf));
      expect(await probe.untilIds(20)).toEqual(ids);
    });

    it("T02b sends replies as they come, not in the order of the queries", async () => {
      const waiting: (() => void)[] = [];
      const port = await listen({}, (packet, client) => {
        const reply = (): void => client.send(packet);
        if (packet.readUInt16BE(0) === 1) waiting.push(reply);
        else reply();
      });
      const probe = new TcpProbe(port);
      probe.send(packetOf(1), packetOf(2));
      expect(await probe.untilIds(1)).toEqual([2]);
      waiting.forEach((reply) => reply());
      expect(await probe.untilIds(2)).toEqual([2, 1]);
    });

    it("T03 takes a query octet by octet", async () => {
      const probe = new TcpProbe(await listen());
      probe.socket.setNoDelay(true);
      const framed = Buffer.concat([Buffer.from([0, packetOf(7).length]), packetOf(7)]);
      for (const octet of framed) {
        probe.socket.write(Buffer.from([octet]));
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(await probe.untilIds(1)).toEqual([7]);
    });

    it.each([0, 5])("T04, T05 closes on a message of %i octets", async (length) => {
      const probe = new TcpProbe(await listen());
      probe.socket.write(Buffer.concat([Buffer.from([0, length]), Buffer.alloc(length)]));
      await probe.closed;
      expect(probe.ids()).toEqual([]);
    });

    it("T06 closes on a query that does not come to its end", async () => {
      const probe = new TcpProbe(await listen({ readMs: 60 }));
      probe.socket.write(Buffer.from([0, 30, 1]));
      const trickle = setInterval(() => probe.socket.write(Buffer.from([1])), 20);
      await probe.closed;
      clearInterval(trickle);
      expect(probe.ids()).toEqual([]);
    });

    it("T06b gives each query its own time, though there is always half of one", async () => {
      stopTime();
      const probe = new TcpProbe(await listen({ readMs: 1_000 }));
      const octets = Buffer.concat([1, 2, 3, 4].map((id) => frame(packetOf(id))));
      const half = octets.length / 8;
      for (const id of [1, 2, 3]) {
        probe.socket.write(
          octets.subarray(id === 1 ? 0 : half * (2 * id - 1), half * (2 * id + 1)),
        );
        expect(await probe.untilIds(id)).toHaveLength(id);
        await pass(600);
      }
      probe.socket.end(octets.subarray(half * 7));
      expect(await probe.untilIds(4)).toEqual([1, 2, 3, 4]);
    });

    it("T07 closes a connection that says nothing", async () => {
      const probe = new TcpProbe(await listen({ readMs: 40, idleMs: 60_000 }));
      await probe.closed;
      expect(probe.ended).toBe(true);
    });

    it("T08 closes an idle connection with FIN", async () => {
      const probe = new TcpProbe(await listen({ idleMs: 40 }));
      probe.send(packetOf(1));
      await probe.closed;
      expect(probe.ids()).toEqual([1]);
      expect(probe).toMatchObject({ ended: true, failed: false });
    });

    it("T09 answers after the client's FIN", async () => {
      let reply = (): void => {};
      const port = await listen({}, (packet, client) => {
        reply = () => client.send(packet);
      });
      const probe = new TcpProbe(port);
      probe.send(packetOf(9));
      probe.socket.end();
      await once(probe.socket, "finish");
      await settle();
      reply();
      await probe.closed;
      expect(probe.ids()).toEqual([9]);
    });

    it("T14 gives up on a client that does not read, and serves others", async () => {
      stopTime();
      const port = await listen({ writeMs: 100 }, (_packet, client) =>
        client.send(Buffer.alloc(60_000)),
      );
      const glutton = new TcpProbe(port);
      glutton.socket.pause();
      for (let i = 0; i < 100; i++) glutton.send(...Array.from({ length: 100 }, () => packetOf(i)));
      const other = new TcpProbe(port);
      other.send(packetOf(5));
      await other.untilIds(1);
      expect(other.ids()).toHaveLength(1);
      other.socket.destroy();
      // Reading on would end the stall; the deadline has to see it.
      await pass(300);
      vi.useRealTimers();
      glutton.socket.resume();
      await glutton.closed;
      expect(glutton.received.length).toBeLessThan(10_000 * 60_000);
    });

    it("T14b takes no more queries out of a segment than a client reads replies", async () => {
      let taken = 0;
      const port = await listen({}, (_packet, client) => {
        taken++;
        client.send(Buffer.alloc(60_000));
      });
      const glutton = new TcpProbe(port);
      glutton.socket.pause();
      glutton.send(...Array.from({ length: 2_000 }, (_, i) => packetOf(i)));
      const other = new TcpProbe(port);
      other.send(packetOf(5));
      await other.untilIds(1);
      // What the kernel buffers of a connection hold is some megabytes, not 2,000 replies' 120.
      expect(taken).toBeGreaterThan(0);
      expect(taken).toBeLessThan(500);
      other.socket.destroy();
      glutton.socket.destroy();
    });

    it("T14c answers a segment of more queries than may be in work at once, and its FIN", async () => {
      let inWork = 0;
      let most = 0;
      const port = await listen({ pipelined: 10 }, (packet, client) => {
        most = Math.max(most, ++inWork);
        setImmediate(() => {
          inWork--;
          client.send(packet);
        });
      });
      const probe = new TcpProbe(port);
      const ids = Array.from({ length: 300 }, (_, i) => i + 1);
      probe.send(...ids.map(packetOf));
      probe.socket.end();
      await probe.closed;
      expect(probe.ids()).toEqual(ids);
      expect(most).toBe(10);
    });

    it("closes though a client keeps its side open", async () => {
      const limits = { ...DEFAULT_TCP_LIMITS, lingerMs: 20, writeMs: 60_000, idleMs: 60_000 };
      const options = { address: "127.0.0.1", port: 0, onTrouble: () => {} };
      const receive: Receive = (packet, client) => client.send(packet);
      const listener = await listenBy({ ...options, receive }, limits);
      const socket = connect({ port: listener.port, host: "127.0.0.1", allowHalfOpen: true });
      socket.on("error", () => {});
      socket.write(frame(packetOf(1)));
      await once(socket, "data");
      // Far sooner than the limits above: else this test runs into its own.
      await expect(listener.close()).resolves.toBeUndefined();
      socket.destroy();
    });

    it("T15 makes room for a new connection at the cost of the client's oldest idle one", async () => {
      const port = await listen({ connectionsPerClient: 2 });
      const probes: TcpProbe[] = [];
      for (const id of [1, 2, 3]) {
        const probe = new TcpProbe(port);
        probe.send(packetOf(id));
        await probe.untilIds(1);
        probes.push(probe);
      }
      await probes[0]?.closed;
      expect(probes.map(({ socket }) => socket.destroyed)).toEqual([true, false, false]);
      for (const { socket } of probes) socket.destroy();
    });

    /** Connects, and waits until the server has seen it; each by itself, so that the order is known. */
    async function connected(port: number, count: number, from: string): Promise<TcpProbe[]> {
      const probes: TcpProbe[] = [];
      for (let id = 1; id <= count; id++) {
        const probe = new TcpProbe(port, "127.0.0.1", from);
        probe.send(packetOf(id));
        await probe.untilIds(1);
        probes.push(probe);
      }
      return probes;
    }

    function open(probes: readonly TcpProbe[]): number {
      return probes.filter(({ socket }) => !socket.destroyed).length;
    }

    it("S15 serves another address while one holds all that it may", async () => {
      const port = await listen({ connectionsPerClient: 8, connections: 12 });
      const greedy = await connected(port, 30, "127.0.0.1");
      const others = await connected(port, 4, "127.0.0.2");
      await greedy[21]?.closed;
      expect([open(greedy), open(others)]).toEqual([8, 4]);
      for (const { socket } of [...greedy, ...others]) socket.destroy();
    });

    it("makes room for a new client at the cost of whoever has been idle longest", async () => {
      const port = await listen({ connectionsPerClient: 3, connections: 4 });
      const first = await connected(port, 2, "127.0.0.2");
      const second = await connected(port, 2, "127.0.0.3");
      // The first one asks again: now the one behind it has been idle longest.
      first[0]?.send(packetOf(9));
      await first[0]?.untilIds(2);
      const third = await connected(port, 1, "127.0.0.4");
      await first[1]?.closed;
      expect([open(first), open(second), open(third)]).toEqual([1, 2, 1]);
      for (const { socket } of [...first, ...second, ...third]) socket.destroy();
    });

    it("makes room at the cost of the oldest half query where nobody is idle", async () => {
      const port = await listen({ connectionsPerClient: 2, connections: 2 });
      const stalled = await connected(port, 2, "127.0.0.2");
      // A query and the beginning of another: the reply shows that both have come.
      for (const probe of stalled) {
        probe.socket.write(Buffer.concat([frame(packetOf(5)), Buffer.of(0, 40, 1)]));
        await probe.untilIds(2);
      }
      const [probe] = await connected(port, 1, "127.0.0.3");
      await stalled[0]?.closed;
      expect(probe?.ids()).toEqual([1]);
      expect(open(stalled)).toBe(1);
      for (const { socket } of [...stalled, ...(probe ? [probe] : [])]) socket.destroy();
    });

    it("ends no connection with a query in work, but refuses the next one", async () => {
      const replies: (() => void)[] = [];
      const port = await listen({ connections: 1 }, (packet, client) => {
        replies.push(() => client.send(packet));
      });
      const probe = new TcpProbe(port);
      probe.send(packetOf(1));
      while (replies.length === 0) await new Promise((resolve) => setImmediate(resolve));
      const refused = new TcpProbe(port);
      await refused.closed;
      replies.forEach((reply) => reply());
      expect(await probe.untilIds(1)).toEqual([1]);
      probe.socket.destroy();
    });

    it("knows both ends of a connection, also on all addresses", async () => {
      const ends: string[][] = [];
      const receive: Receive = (packet, client) => {
        ends.push([client.address, client.localAddress]);
        expect(client.localPort).toBe(listener.port);
        client.send(packet);
      };
      const options = { address: "", port: 0, receive, onTrouble: () => {} };
      const listener = await listenBy(options, DEFAULT_TCP_LIMITS);
      listeners.push(listener);
      const probe = new TcpProbe(listener.port, "127.0.0.1", "127.0.0.5");
      probe.send(packetOf(1));
      expect(await probe.untilIds(1)).toEqual([1]);
      probe.socket.destroy();
      expect(ends).toEqual([["127.0.0.5", "127.0.0.1"]]);
    });

    it("answers from memory what it can, and asks for the rest", async () => {
      const asked: number[] = [];
      const receive: Receive = (packet, client) => {
        asked.push(packet.readUInt16BE(0));
        client.send(packet);
      };
      const responder = standIn();
      const options = { address: "127.0.0.1", port: 0, receive, responder, onTrouble: () => {} };
      const listener = await listenBy(options, DEFAULT_TCP_LIMITS);
      listeners.push(listener);
      const probe = new TcpProbe(listener.port);
      // Known, unknown, known again, and one that the memory stumbles over.
      probe.send(...["h", "m", "h", "h", "t"].map((letter, i) => letterQuery(letter, i)));
      expect(await probe.untilIds(5)).toEqual([0, 1, 2, 3, 4]);
      expect(asked).toEqual([1, 4]);
      probe.socket.destroy();
    });

    it("counts a dropped query as done", async () => {
      const clients: Client[] = [];
      const port = await listen({ idleMs: 40 }, (_packet, client) => {
        clients.push(client);
        client.drop();
      });
      const probe = new TcpProbe(port);
      probe.send(packetOf(1));
      await probe.closed;
      expect(clients).toHaveLength(1);
      expect(probe.ids()).toEqual([]);
    });

    it("says which port is in use", async () => {
      const port = await listen();
      const options = { address: "127.0.0.1", port, receive: () => {}, onTrouble: () => {} };
      await expect(listenBy(options, DEFAULT_TCP_LIMITS)).rejects.toThrow(
        `Cannot listen on tcp 127.0.0.1:${port}: address already in use`,
      );
    });
  });
}
