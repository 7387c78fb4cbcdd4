import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { Composer } from "../../src/dns/composer.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { Name } from "../../src/dns/name.ts";
import type { FakeUpstream } from "../../src/testing/fake-upstream.ts";
import { startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { passFor, passUntil, stopTime } from "../../src/testing/hand-clock.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { loadLibc } from "../../src/transport/native/libc.ts";
import { readMemory } from "../bench/scale/process-memory.ts";
import { Portolan, endAll } from "../run-portolan.ts";

const PER_CLIENT = 1_000;
/** A datagram that has had no reply by then got lost; whoever is only slow is asked twice. */
const LOST_MS = 2_500;
/** The real one: the time of the server stands still. */
const { setTimeout, clearTimeout } = globalThis;

let upstream: FakeUpstream;
let server: TestServer | undefined;
const clients: Client[] = [];

afterEach(async () => {
  for (const { socket } of clients.splice(0)) socket.close();
  vi.useRealTimers();
  await server?.stop();
  server = undefined;
  await upstream.close();
});

afterAll(endAll);

/** A client with an address of its own in 127.0.0.0/8. */
class Client {
  readonly socket: Socket = createSocket("udp4");
  readonly rcodes = new Map<number, number>();
  readonly #waiting = new Map<number, () => void>();
  #lastId = 0;

  private constructor() {
    clients.push(this);
    // A server that ends is noticed by who waits for its replies.
    this.socket.on("error", () => {});
    this.socket.on("message", (reply: Buffer) => {
      const rcode = reply.readUInt8(3) & 0x0f;
      this.rcodes.set(rcode, (this.rcodes.get(rcode) ?? 0) + 1);
      this.#waiting.get(reply.readUInt16BE(0))?.();
    });
  }

  static async open(port: number, address: string): Promise<Client> {
    const client = new Client();
    client.socket.bind(0, address);
    await once(client.socket, "listening");
    client.socket.connect(port, "127.0.0.1");
    await once(client.socket, "connect");
    return client;
  }

  send(qname: string): number {
    const id = (this.#lastId = (this.#lastId + 1) & 0xffff);
    const composer = new Composer();
    composer.begin(id, 0x0100, 512);
    composer.question(Name.parse(qname), 1, 1);
    this.socket.send(Buffer.from(composer.finish()));
    return id;
  }

  /** Resolves when there is a reply; asks again where one got lost. */
  async ask(qname: string): Promise<void> {
    for (let isAnswered = false; !isAnswered;) {
      const reply = Promise.withResolvers<boolean>();
      const id = this.send(qname);
      this.#waiting.set(id, () => reply.resolve(true));
      const timer = setTimeout(() => reply.resolve(false), LOST_MS);
      isAnswered = await reply.promise;
      clearTimeout(timer);
      this.#waiting.delete(id);
    }
  }
}

const corefile = (transport: string, port: string): string => `.:${port} {
  bind 127.0.0.1
  ${transport}
  prometheus 127.0.0.1:0
  cache 30
  hosts /does/not/exist {
    192.0.2.1 here.test
    fallthrough
  }
  forward . ${upstream.address}
}`;

/** Sends a hundred queries at a time, and something that has an answer after each hundred. */
async function flood(client: Client, count: number, prefix: string): Promise<void> {
  for (let i = 0; i < count; i++) {
    client.send(`${prefix}${i}.slow.test.`);
    if (i % 100 === 99) await client.ask("here.test.");
  }
}

const isNative = await loadLibc().then(
  () => true,
  () => false,
);
const ways = isNative
  ? ["udp node", "udp native\n workers 0", "udp native\n workers 2"]
  : ["udp node"];

describe("with an upstream that says nothing, and a client that asks without end", () => {
  it.each(ways)("others are answered, and %j comes back to rest", async (way) => {
    // Who waits for the upstream does so until time passes, however long it takes to ask.
    stopTime();
    upstream = await startFakeUpstream(() => {});
    server = await startServer({ corefile: corefile(`transport {\n ${way}\n }`, "{{PORT}}") });
    const { metrics } = server.server;
    const gauge = async (): Promise<number> => {
      return Number(/^portolan_queries_waiting (\d+)$/m.exec(await metrics.text())?.[1]);
    };
    const greedy = await Client.open(server.port, "127.0.0.2");
    const modest = await Client.open(server.port, "127.0.0.3");
    await flood(greedy, 3_000, "a");
    expect(await gauge()).toBeLessThanOrEqual(PER_CLIENT);
    await expect.poll(() => greedy.rcodes.get(Rcode.REFUSED) ?? 0).toBeGreaterThan(200);
    expect(await gauge()).toBeLessThanOrEqual(PER_CLIENT);
    await modest.ask("here.test.");
    await passFor(modest.ask("other.slow.test."));
    // How often is another matter: who is slow is asked twice.
    expect([...modest.rcodes.keys()]).toEqual([Rcode.NOERROR, Rcode.SERVFAIL]);
    await passUntil(async () => (await gauge()) === 0);
    await greedy.ask("here.test.");
    const before = greedy.rcodes.get(Rcode.REFUSED);
    await passFor(greedy.ask("once-more.slow.test."));
    expect(greedy.rcodes.get(Rcode.REFUSED)).toBe(before);
  });

  it.skipIf(process.platform !== "linux")("memory stays within bounds", async () => {
    upstream = await startFakeUpstream(() => {});
    const path = join(mkdtempSync(join(tmpdir(), "portolan-")), "Corefile");
    writeFileSync(path, corefile("errors", "0"));
    const portolan = new Portolan(["-conf", path]);
    const port = await portolan.port();
    const flooders = await Promise.all(
      Array.from({ length: 20 }, (_, i) => Client.open(port, `127.0.0.${i + 2}`)),
    );
    await flood(flooders[0] as Client, 200, "warm");
    const pid = portolan.child.pid as number;
    const before = readMemory(pid).residentOctets;
    await Promise.all(flooders.map((client, i) => flood(client, 1_000, `f${i}x`)));
    const { peakOctets } = readMemory(pid);
    // 4,000 that wait, their failures in the cache, a ring or socket full of others, V8's slack: 85 to 100.
    expect((peakOctets - before) / 1024 / 1024).toBeLessThan(160);
    await portolan.stop();
    // Each failure is an error; of 20,000 few make a line: some each second, however many that takes.
    expect(portolan.stdout.split("\n").length).toBeLessThan(10_000);
  });
});
