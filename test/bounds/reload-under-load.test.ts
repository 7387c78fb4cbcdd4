import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { Composer } from "../../src/dns/composer.ts";
import { Name } from "../../src/dns/name.ts";
import type { FakeUpstream } from "../../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { FrameReader, frame } from "../../src/transport/frame-reader.ts";
import { loadLibc } from "../../src/transport/native/libc.ts";
import { connectUdp } from "../../src/transport/transport.cases.ts";
import { connect } from "node:net";

const RELOADS = 20;
/** Of those names, two are answered at once and repeated from memory, one waits for upstream. */
const NAMES = ["a.test.", "b.test.", "slow.example."];

let upstream: FakeUpstream;
let server: TestServer | undefined;

afterEach(async () => {
  await server?.stop();
  server = undefined;
  await upstream.close();
});

function question(id: number): Buffer {
  const composer = new Composer();
  composer.begin(id, 0x0100, 512);
  composer.question(Name.parse(NAMES[id % NAMES.length] as string), 1, 1);
  return Buffer.from(composer.finish());
}

/** Asks a thousand queries a second until it is ended, and knows which have had no answer. */
class Load {
  readonly #waiting = new Set<number>();
  readonly wrong: string[] = [];
  #lastId = 0;
  #timer: NodeJS.Timeout;
  answered = 0;

  constructor(send: (packet: Buffer) => void) {
    let dueMs = performance.now();
    this.#timer = setInterval(() => {
      for (const nowMs = performance.now(); dueMs < nowMs; dueMs++) {
        const id = (this.#lastId = (this.#lastId + 1) & 0xffff);
        this.#waiting.add(id);
        send(question(id));
      }
    }, 1);
  }

  readonly receive = (reply: Buffer): void => {
    const id = reply.readUInt16BE(0);
    if (!this.#waiting.delete(id)) this.wrong.push(`${id} twice`);
    const [rcode, answers] = [reply.readUInt8(3) & 0x0f, reply.readUInt16BE(6)];
    if (rcode !== 0 || answers !== 1) this.wrong.push(`${id} rcode ${rcode}`);
    this.answered++;
  };

  /** @returns how many queries have had no answer */
  async end(): Promise<number> {
    clearInterval(this.#timer);
    for (let left = 100; left > 0 && this.#waiting.size > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return this.#waiting.size;
  }
}

async function loadByUdp(port: number): Promise<{ load: Load; close: () => void }> {
  const socket = await connectUdp(port);
  const load = new Load((packet) => socket.send(packet));
  socket.on("message", load.receive);
  return { load, close: () => void socket.close() };
}

async function loadByTcp(port: number): Promise<{ load: Load; close: () => void }> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const load = new Load((packet) => void socket.write(frame(packet)));
  const reader = new FrameReader();
  socket.on("data", (chunk: Buffer) => reader.push(chunk, load.receive));
  return { load, close: () => void socket.destroy() };
}

const corefile = (octet: number, way: string): string => `.:{{PORT}} {
  bind 127.0.0.1
  transport {
    ${way}
  }
  prometheus 127.0.0.1:0
  errors
  cache 1
  hosts /does/not/exist {
    192.0.2.${octet} a.test
    192.0.2.${octet} b.test
    fallthrough
  }
  forward . ${upstream.address}
}`;

const isNative = await loadLibc().then(
  () => true,
  () => false,
);
const ways = isNative ? ["udp node", "workers 0", "workers 2"] : ["udp node"];

describe("a thousand queries a second, over UDP and over TCP", () => {
  it.each(ways)(`lose none of them in ${RELOADS} reloads: %j`, async (way) => {
    upstream = await startFakeUpstream(({ packet, reply }) => {
      setTimeout(() => reply(answerTo(packet, "192.0.2.9", 0)), 40);
    });
    server = await startServer({ corefile: corefile(1, way) });
    const { port } = server;
    const loads = [await loadByUdp(port), await loadByTcp(port)];
    for (let i = 0; i < RELOADS; i++) {
      server.corefile = corefile(2 + i, way);
      await server.server.reload();
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    for (const { load, close } of loads) {
      expect(await load.end()).toBe(0);
      expect(load.wrong).toEqual([]);
      expect(load.answered).toBeGreaterThan(1_000);
      close();
    }
  });

  it.each(ways)("answer all that has been received before the server ends: %j", async (way) => {
    upstream = await startFakeUpstream(({ packet, reply }) => {
      setTimeout(() => reply(answerTo(packet, "192.0.2.9", 0)), 150);
    });
    server = await startServer({ corefile: corefile(1, way) });
    const { load, close } = await loadByUdp(server.port);
    const tcp = await loadByTcp(server.port);
    await expect.poll(() => load.answered > 100 && tcp.load.answered > 100).toBe(true);
    // What has been sent is with the kernel, or has been received; nothing comes after that.
    const ended = [load.end(), tcp.load.end()];
    await server.stop();
    expect(await Promise.all(ended)).toEqual([0, 0]);
    expect([...load.wrong, ...tcp.load.wrong]).toEqual([]);
    close();
    tcp.close();
  });
});
