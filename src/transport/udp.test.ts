import { createSocket } from "node:dgram";
import { afterEach, describe, expect, it } from "vitest";
import { askUdp, packetOf } from "./transport.cases.ts";
import type { Listener, Receive } from "./transport.ts";
import { listenUdp } from "./udp.ts";

const listeners: Listener[] = [];

afterEach(async () => {
  await Promise.all(listeners.splice(0).map((listener) => listener.close()));
});

async function listen(address: string, receive: Receive): Promise<Listener> {
  const listener = await listenUdp({ address, port: 0, receive, onTrouble: () => {} });
  listeners.push(listener);
  return listener;
}

describe("listenUdp", () => {
  it("answers whoever sent the packet", async () => {
    const { port } = await listen("127.0.0.1", (packet, client) => client.send(packet));
    expect(await askUdp(port, packetOf(77))).toEqual(packetOf(77));
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

  it("answers what the kernel holds when it closes", async () => {
    let count = 0;
    const listener = await listen("127.0.0.1", () => count++);
    const socket = createSocket("udp4");
    for (let id = 0; id < 5; id++) {
      await new Promise((resolve) =>
        socket.send(packetOf(id), listener.port, "127.0.0.1", resolve),
      );
    }
    await listener.close();
    socket.close();
    listeners.length = 0;
    expect(count).toBe(5);
  });

  it("says which port is in use", async () => {
    const { port } = await listen("127.0.0.1", () => {});
    const again = listenUdp({ address: "127.0.0.1", port, receive: () => {}, onTrouble: () => {} });
    await expect(again).rejects.toThrow(
      `Cannot listen on udp 127.0.0.1:${port}: address already in use`,
    );
  });
});
