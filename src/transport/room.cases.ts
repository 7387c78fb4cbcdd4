import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FrameReader, frame } from "../dns/frame-reader.ts";
import { pass, settle, stopTime } from "../testing/hand-clock.ts";
import { until } from "../testing/until.ts";
import type { Client } from "./client.ts";
import type { ListenTcp } from "./tcp.cases.ts";
import { DEFAULT_TCP_LIMITS } from "./tcp-limits.ts";
import type { Listener } from "./transport.ts";
import { TcpProbe, packetOf } from "./transport.cases.ts";

const MESSAGE = Buffer.alloc(32_000, 1);

/** How many messages were sent to a client, and what became of it. */
interface Sending {
  sent: number;
  isGone: boolean;
}

async function sendMany(client: Client, count: number, progress: Sending): Promise<void> {
  for (let i = 1; i <= count; i++) {
    if (!(await client.room?.())) {
      progress.isGone = true;
      client.drop();
      return;
    }
    client.send(MESSAGE, i === count);
    progress.sent++;
  }
}

/** What replies of many messages need of TCP, whoever serves it. */
export function roomCases(name: string, listenBy: ListenTcp): void {
  const listeners: Listener[] = [];

  afterEach(async () => {
    vi.useRealTimers();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  });

  async function listen(count: number, progress: Sending): Promise<number> {
    const receive = (_packet: Buffer, client: Client): void =>
      void sendMany(client, count, progress);
    const options = { address: "127.0.0.1", port: 0, receive, onTrouble: () => {} };
    const listener = await listenBy(options, DEFAULT_TCP_LIMITS);
    listeners.push(listener);
    return listener.port;
  }

  describe(`${name}: replies of many messages`, () => {
    it("arrive whole, and the connection then waits for the next query", async () => {
      const progress = { sent: 0, isGone: false };
      const port = await listen(100, progress);
      const socket = connect(port, "127.0.0.1");
      const frames = new FrameReader();
      let received = 0;
      socket.on("data", (chunk) => void frames.push(chunk, () => received++));
      socket.write(frame(packetOf(1)));
      await until(() => received === 100);
      socket.write(frame(packetOf(2)));
      await until(() => received === 200);
      socket.destroy();
      expect(progress).toEqual({ sent: 200, isGone: false });
    });

    it("go no further than a client reads, and end with its time to read", async () => {
      stopTime();
      const progress = { sent: 0, isGone: false };
      const probe = new TcpProbe(await listen(100_000, progress));
      await once(probe.socket, "connect");
      probe.socket.pause();
      probe.send(packetOf(1));
      let before = -1;
      while (progress.sent === 0 || before < progress.sent) {
        before = progress.sent;
        await settle();
      }
      expect(progress.isGone).toBe(false);
      expect(progress.sent).toBeLessThan(1_000);
      await pass(DEFAULT_TCP_LIMITS.writeMs);
      await until(() => progress.isGone);
      probe.socket.destroy();
    });

    it("end with their connection", async () => {
      const progress = { sent: 0, isGone: false };
      const probe = new TcpProbe(await listen(1_000_000, progress));
      probe.send(packetOf(1));
      await once(probe.socket, "data");
      probe.socket.destroy();
      await until(() => progress.isGone);
      expect(progress.sent).toBeLessThan(1_000_000);
    });
  });
}
