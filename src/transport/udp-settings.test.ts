import { describe, expect, it } from "vitest";
import { chooseUdp } from "./listen-udp.ts";
import { askUdp, packetOf } from "./transport.cases.ts";
import { listenTcp } from "./tcp.ts";
import { listenUdp } from "./udp.ts";
import { defaultThreads } from "./udp-settings.ts";

describe("defaultThreads", () => {
  it.each([
    [0.1, 1, true, 0],
    [1, 1, true, 0],
    [1.9, 1, true, 0],
    [2, 1, true, 2],
    [2.5, 1, true, 2],
    [4, 1, true, 4],
    [64, 1, true, 4],
    [64, 2, true, 2],
    [64, 7, true, 1],
    [2, 3, true, 1],
    [64, 1, false, 0],
  ])("%f CPUs, %i sockets, memory %s: %i", (cpus, sockets, hasMemory, threads) => {
    expect(defaultThreads(cpus, sockets, hasMemory)).toBe(threads);
  });
});

describe("chooseUdp", () => {
  const missing = (): Promise<never> => Promise.reject(new Error("package koffi cannot be loaded"));

  it("takes node:dgram where there is nothing else, and says why", async () => {
    const { listen, note } = await chooseUdp({}, 1, missing);
    expect(note).toBe("UDP goes by node:dgram: package koffi cannot be loaded");
    const receive = (packet: Buffer, client: { send(reply: Buffer): void }): void => {
      client.send(packet);
    };
    const listener = await listen({ address: "127.0.0.1", port: 0, receive, onTrouble: () => {} });
    expect(await askUdp(listener.port, packetOf(3))).toEqual(packetOf(3));
    await listener.close();
  });

  it("takes node:dgram where it is asked for, and has nothing to say", async () => {
    const choice = await chooseUdp({ implementation: "node" }, 1, missing);
    expect(choice).toEqual({ listen: listenUdp, listenTcp });
  });

  it("does not take it where something else is asked for", async () => {
    await expect(chooseUdp({ implementation: "native" }, 1, missing)).rejects.toThrow(
      "cannot use native UDP: package koffi cannot be loaded",
    );
  });
});
