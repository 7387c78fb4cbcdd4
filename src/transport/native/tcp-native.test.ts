import { constants } from "node:os";
import { describe, expect, it } from "vitest";
import { roomCases } from "../room.cases.ts";
import { tcpCases } from "../tcp.cases.ts";
import { TcpProbe, packetOf } from "../transport.cases.ts";
import type { Receive } from "../transport.ts";
import type { Libc } from "./libc.ts";
import { loadLibc } from "./libc.ts";
import { listenTcpNative } from "./tcp-native.ts";

const libc = await loadLibc().catch(() => undefined);

const echo: Receive = (packet, client) => client.send(packet);

describe.skipIf(!libc)("TCP by system calls", () => {
  const here = libc as Libc;
  tcpCases("native TCP", (options, limits) => listenTcpNative(here, options, limits));
  roomCases("native TCP", (options, limits) => listenTcpNative(here, options, limits));

  it("says so when there are no descriptors left, and goes on when there are", async () => {
    let failures = 2;
    const poor: Libc = {
      ...here,
      accept4: (...call) => (failures-- > 0 ? -1 : here.accept4(...call)),
      errno: () => (failures >= 0 ? constants.errno.EMFILE : here.errno()),
    };
    const trouble: string[] = [];
    const onTrouble = (message: string): void => void trouble.push(message);
    const listener = await listenTcpNative(poor, {
      address: "127.0.0.1",
      port: 0,
      receive: echo,
      onTrouble,
    });
    const probe = new TcpProbe(listener.port);
    probe.send(packetOf(1));
    expect(await probe.untilIds(1)).toEqual([1]);
    expect(trouble).toEqual(Array(2).fill("Cannot accept on TCP: too many open files"));
    probe.socket.destroy();
    await listener.close();
  });

  it("answers at its end what came before, though nobody has accepted it yet", async () => {
    // The event loop never says that there is something to do.
    const deaf: Libc = { ...here, poll: () => ({ close() {} }) };
    const options = { address: "127.0.0.1", port: 0, receive: echo, onTrouble: () => {} };
    const listener = await listenTcpNative(deaf, options);
    const probes = Array.from({ length: 100 }, () => new TcpProbe(listener.port));
    probes.forEach((probe, id) => probe.send(packetOf(id)));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(probes.flatMap((probe) => probe.ids())).toEqual([]);
    // It cannot see the clients' FIN either, so its end takes as long as it lingers.
    void listener.close();
    await Promise.all(probes.map(({ closed }) => closed));
    expect(probes.map((probe) => probe.ids())).toEqual(probes.map((_probe, id) => [id]));
  });

  it("answers before a pause what came before it", async () => {
    const deaf: Libc = { ...here, poll: () => ({ close() {} }) };
    const options = { address: "127.0.0.1", port: 0, receive: echo, onTrouble: () => {} };
    const listener = await listenTcpNative(deaf, options);
    const probe = new TcpProbe(listener.port);
    probe.send(packetOf(1));
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    listener.pause();
    expect(await probe.untilIds(1)).toEqual([1]);
    void listener.close();
    await probe.closed;
  });

  it("sends in order what the kernel takes only bit by bit", async () => {
    // Each call takes 1,000 octets at most, every third one none.
    let calls = 0;
    let refused = false;
    const slow: Libc = {
      ...here,
      send(fd, data, octets, flags) {
        refused = ++calls % 3 === 0;
        return refused ? -1 : here.send(fd, data, Math.min(octets, 1_000), flags);
      },
      errno: () => (refused ? constants.errno.EAGAIN : here.errno()),
    };
    const options = { address: "127.0.0.1", port: 0, receive: echo, onTrouble: () => {} };
    const listener = await listenTcpNative(slow, options);
    const probe = new TcpProbe(listener.port);
    const ids = Array.from({ length: 2_000 }, (_none, i) => i);
    probe.send(...ids.map(packetOf));
    probe.socket.end();
    await probe.closed;
    expect(probe.ids()).toEqual(ids);
    expect(probe.failed).toBe(false);
    await listener.close();
  });
});
