import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import type { Client } from "./client.ts";
import type { ListenBy } from "./listen-udp.ts";
import { askUdp, connectUdp, packetOf } from "./transport.cases.ts";
import type { Listener, Receive } from "./transport.ts";

const echo: Receive = (packet, client) => {
  if (packet.length < 12) client.drop();
  else client.send(packet);
};

/** What every way to serve UDP must do. */
export function describeUdp(what: string, listenUdp: ListenBy): void {
  const listeners: Listener[] = [];

  afterEach(async () => {
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  });

  async function listen(address: string, receive: Receive): Promise<Listener> {
    const listener = await listenUdp({ address, port: 0, receive, onTrouble: () => {} });
    listeners.push(listener);
    return listener;
  }

  describe(`UDP by ${what}`, () => {
    it.each(["127.0.0.1", "::1"])("answers whoever sent the packet to %s", async (address) => {
      const { port } = await listen(address, echo);
      expect(await askUdp(port, packetOf(77), address)).toEqual(packetOf(77));
    });

    it("knows both ends", async () => {
      const seen: Client[] = [];
      const { port } = await listen("::1", (packet, client) => {
        seen.push(client);
        client.send(packet);
      });
      const socket = await connectUdp(port, "::1");
      socket.send(packetOf(1));
      await once(socket, "message");
      expect(seen[0]).toMatchObject({
        transport: "udp",
        address: "::1",
        port: socket.address().port,
        localAddress: "::1",
        localPort: port,
      });
      socket.close();
    });

    it("serves IPv4 clients on all addresses under their plain address", async () => {
      const seen: string[] = [];
      const { port } = await listen("", (packet, client) => {
        seen.push(client.address);
        client.send(packet);
      });
      await askUdp(port, packetOf(1));
      expect(seen).toEqual(["127.0.0.1"]);
    });

    it("gives packets away for good, and takes replies at any time", async () => {
      const waiting: (() => void)[] = [];
      const { port } = await listen("127.0.0.1", (packet, client) => {
        waiting.push(() => client.send(packet));
      });
      const socket = await connectUdp(port);
      const ids: number[] = [];
      socket.on("message", (reply: Buffer) => ids.push(reply.readUInt16BE(0)));
      for (let id = 1; id <= 200; id++) socket.send(packetOf(id));
      await expect.poll(() => waiting.length).toBe(200);
      for (const send of waiting) send();
      await expect.poll(() => ids.length).toBe(200);
      expect(ids).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
      socket.close();
    });

    it("answers each of many clients what they asked", async () => {
      const { port } = await listen("127.0.0.1", echo);
      const sockets = await Promise.all(Array.from({ length: 20 }, () => connectUdp(port)));
      const ids = sockets.map((socket) => {
        const own: number[] = [];
        socket.on("message", (reply: Buffer) => own.push(reply.readUInt16BE(0)));
        return own;
      });
      for (let round = 0; round < 20; round++) {
        sockets.forEach((socket, i) => socket.send(packetOf(i * 100 + round)));
      }
      await expect.poll(() => ids.map(({ length }) => length)).toEqual(ids.map(() => 20));
      ids.forEach((own, i) => {
        expect(own.toSorted((a, b) => a - b)).toEqual(
          Array.from({ length: 20 }, (_, round) => i * 100 + round),
        );
      });
      for (const socket of sockets) socket.close();
    });

    it("is not disturbed by what is no query", async () => {
      const { port } = await listen("127.0.0.1", echo);
      const socket = await connectUdp(port);
      for (let octets = 0; octets < 12; octets++) socket.send(Buffer.alloc(octets));
      for (const octets of [12, 4_096, 4_097, 65_507]) socket.send(Buffer.alloc(octets, 0xff));
      socket.send(packetOf(9));
      let reply: Buffer;
      do [reply] = (await once(socket, "message")) as [Buffer];
      while (reply[0] === 0xff);
      expect(reply).toEqual(packetOf(9));
      socket.close();
    });

    it("answers what the kernel holds when it closes", async () => {
      const listener = await listen("127.0.0.1", echo);
      const sockets = await Promise.all(
        Array.from({ length: 10 }, () => connectUdp(listener.port)),
      );
      let replies = 0;
      for (const socket of sockets) {
        socket.on("error", () => {});
        socket.on("message", () => replies++);
        for (let id = 0; id < 30; id++) socket.send(packetOf(id));
      }
      await listener.close();
      listeners.length = 0;
      await expect.poll(() => replies).toBe(300);
      for (const socket of sockets) socket.close();
    });

    it("says which port is in use", async () => {
      const { port } = await listen("127.0.0.1", echo);
      const again = listenUdp({ address: "127.0.0.1", port, receive: echo, onTrouble: () => {} });
      await expect(again).rejects.toThrow(
        `Cannot listen on udp 127.0.0.1:${port}: address already in use`,
      );
    });

    it("says that an address is not here", async () => {
      await expect(listen("192.0.2.77", echo)).rejects.toThrow(
        "Cannot listen on udp 192.0.2.77:0: this machine has no such address",
      );
    });
  });
}
