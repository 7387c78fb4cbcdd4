import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Client } from "../server/client.ts";
import { frame } from "./frame-reader.ts";
import type { TcpLimits } from "./tcp-limits.ts";
import { DEFAULT_TCP_LIMITS } from "./tcp-limits.ts";
import { TcpProbe, packetOf } from "./transport.cases.ts";
import type { Listener, ListenOptions, Receive } from "./transport.ts";

/** Listens one way or the other. */
export type ListenTcp = (options: ListenOptions, limits: TcpLimits) => Promise<Listener>;

/** What TCP must do, whoever serves it. */
export function tcpCases(name: string, listenBy: ListenTcp): void {
  const listeners: Listener[] = [];

  afterEach(async () => {
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
      setTimeout(() => reply(), 30);
      await probe.closed;
      expect(probe.ids()).toEqual([9]);
    });

    it("T14 gives up on a client that does not read, and serves others", async () => {
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
      await new Promise((resolve) => setTimeout(resolve, 300));
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
