import type { Socket as UdpSocket } from "node:dgram";
import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { Composer } from "../../src/dns/composer.ts";
import { Name } from "../../src/dns/name.ts";
import type { FakeUpstream, ReceivedQuery } from "../../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import { FrameReader, frame } from "../../src/dns/frame-reader.ts";
import { loadLibc } from "../../src/transport/native/libc.ts";
import { connectUdp } from "../../src/transport/transport.cases.ts";

const RELOADS = 20;
/** Answers that each client has between one reload and the next. */
const BETWEEN = 50;
/** Names that are answered at once and repeated from memory, and one that waits for upstream. */
const FAST = ["a.test.", "b.test."];
const SLOW = ["slow.example."];
/** Queries that a client has under way at any time: no socket's buffer is ever full of them. */
const FAST_WINDOW = 16;
const SLOW_WINDOW = 4;
/** So long does the upstream think, in answers to fast names. */
const SLOW_BY = 40;

const clients: Load[] = [];
/** What the upstream has not answered yet, unless it answers at once. */
let held: ReceivedQuery[] | undefined;
let upstream: FakeUpstream;
let server: TestServer | undefined;

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await server?.stop();
  server = undefined;
  await upstream.close();
});

function question(id: number, name: string): Buffer {
  const composer = new Composer();
  composer.begin(id, 0x0100, 512);
  composer.question(Name.parse(name), 1, 1);
  return Buffer.from(composer.finish());
}

/** Asks again as soon as it is answered until it is ended, and knows which have had no answer. */
class Load {
  readonly #send: (packet: Buffer) => void;
  readonly #socket: Socket | UdpSocket;
  /** Names of the queries under way, by their ids. */
  readonly #waiting = new Map<number, string>();
  readonly wrong: string[] = [];
  #lastId = 0;
  #isEnded = false;
  answered = 0;

  constructor(socket: Socket | UdpSocket, send: (packet: Buffer) => void) {
    this.#send = send;
    this.#socket = socket;
    socket.on("error", (error: Error) => this.wrong.push(error.message));
    clients.push(this);
  }

  begin(): void {
    for (let i = 0; i < FAST_WINDOW; i++) this.#ask(FAST[i % FAST.length] as string);
    for (let i = 0; i < SLOW_WINDOW; i++) this.#ask(SLOW[i % SLOW.length] as string);
  }

  #ask(name: string): void {
    if (this.#isEnded) return;
    const id = (this.#lastId = (this.#lastId + 1) & 0xffff);
    this.#waiting.set(id, name);
    this.#send(question(id, name));
  }

  readonly receive = (reply: Buffer): void => {
    const id = reply.readUInt16BE(0);
    const name = this.#waiting.get(id);
    if (!this.#waiting.delete(id)) this.wrong.push(`${id} twice`);
    const [rcode, answers] = [reply.readUInt8(3) & 0x0f, reply.readUInt16BE(6)];
    if (rcode !== 0 || answers !== 1) this.wrong.push(`${name} rcode ${rcode}`);
    if (++this.answered % SLOW_BY === 0) answerHeld();
    if (name !== undefined) this.#ask(name);
  };

  /** Asks nothing any more. */
  end(): void {
    this.#isEnded = true;
  }

  /** Waits until what is under way is answered, or something is wrong. */
  async settled(): Promise<void> {
    await until(() => this.#waiting.size === 0 || this.wrong.length > 0);
  }

  close(): void {
    this.end();
    if ("destroy" in this.#socket) this.#socket.destroy();
    else this.#socket.close();
  }
}

function answer({ packet, reply }: ReceivedQuery): void {
  reply(answerTo(packet, "192.0.2.9", 0));
}

function answerHeld(): void {
  held?.splice(0).forEach(answer);
}

/** Ends the load: what is under way is answered by the upstream as soon as it comes. */
function endAll(loads: readonly Load[]): void {
  for (const load of loads) load.end();
  answerHeld();
  held = undefined;
}

async function loadByUdp(port: number): Promise<Load> {
  const socket = await connectUdp(port);
  const load = new Load(socket, (packet) => socket.send(packet));
  socket.on("message", load.receive);
  return load;
}

async function loadByTcp(port: number): Promise<Load> {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const load = new Load(socket, (packet) => void socket.write(frame(packet)));
  const reader = new FrameReader();
  socket.on("data", (chunk: Buffer) => reader.push(chunk, load.receive));
  return load;
}

/** An upstream that holds what it is asked, a server before it, and who asks that. */
async function open(way: string): Promise<{ server: TestServer; loads: Load[] }> {
  held = [];
  upstream = await startFakeUpstream((query) => (held ? void held.push(query) : answer(query)));
  server = await startServer({ corefile: corefile(1, way) });
  const loads = [await loadByUdp(server.port), await loadByTcp(server.port)];
  for (const load of loads) load.begin();
  return { server, loads };
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

describe("queries without a pause, over UDP and over TCP", () => {
  it.each(ways)(`lose none of them in ${RELOADS} reloads: %j`, async (way) => {
    const { server, loads } = await open(way);
    for (let i = 0; i < RELOADS; i++) {
      const due = loads.map(({ answered }) => answered + BETWEEN);
      server.corefile = corefile(2 + i, way);
      await server.server.reload();
      await until(() =>
        loads.every(({ answered, wrong }, at) => {
          return answered >= (due[at] as number) || wrong.length > 0;
        }),
      );
      expect(loads.flatMap(({ wrong }) => wrong)).toEqual([]);
    }
    endAll(loads);
    for (const load of loads) await load.settled();
    expect(loads.flatMap(({ wrong }) => wrong)).toEqual([]);
    for (const { answered } of loads) expect(answered).toBeGreaterThanOrEqual(RELOADS * BETWEEN);
  });

  it.each(ways)("answer all that has been received before the server ends: %j", async (way) => {
    const { server, loads } = await open(way);
    await until(() => held?.length === 1 && loads.every(({ answered }) => answered > 100));
    // What has been sent is with the kernel, or has been received; nothing comes after that.
    for (const load of loads) load.end();
    const stopped = server.stop();
    await turn();
    endAll(loads);
    for (const load of loads) await load.settled();
    expect(loads.flatMap(({ wrong }) => wrong)).toEqual([]);
    await stopped;
  });
});
