import { once } from "node:events";
import { Duplex } from "node:stream";
import { frame, FrameReader } from "../../src/dns/frame-reader.ts";
import { NO_ANSWERS } from "../../src/transport/responder.ts";
import { StreamResponder } from "../../src/transport/stream-responder.ts";
import { own } from "../../src/transport/tcp.ts";
import { TcpConnection } from "../../src/transport/tcp-connection.ts";
import { DEFAULT_TCP_LIMITS } from "../../src/transport/tcp-limits.ts";
import { checkReply, isQuery } from "./check-reply.ts";
import type { FuzzBench } from "./fuzz-bench.ts";
import { openHouseSession } from "./bench-session.ts";
import { damaged, mutatedPacket } from "./mutate-packet.ts";
import type { Random } from "./random.ts";
import type { FuzzResult, FuzzTarget } from "./target.ts";
import { cpuMs, hold } from "./target.ts";

/** Octets as they come over a TCP connection, cut anywhere, with and without lengths that are true. */
export const frames: FuzzTarget = {
  name: "frames",
  cases: 4_000,
  // A case has up to twelve messages, each of which may take 5 ms, and the streams around them.
  limitMs: 30,
  open: () => openHouseSession(run),
};

const MAX_MESSAGES = 12;
const MIN_MESSAGE_OCTETS = 12;

async function run(bench: FuzzBench, random: Random): Promise<FuzzResult> {
  const count = 1 + random.below(MAX_MESSAGES);
  const queries = Array.from({ length: count }, () => mutatedPacket(random));
  const whole = Buffer.concat(queries.map(frame));
  const sent = random.oneIn(3) ? damaged(whole, random) : whole;
  const expected = messagesIn(sent);
  const wire = new FakeSocket();
  const beganMs = cpuMs();
  const connection = new TcpConnection(wire, {
    receive: bench.dispatcher.receive,
    responder: new StreamResponder(NO_ANSWERS),
    limits: { ...DEFAULT_TCP_LIMITS, lingerMs: 1 },
  });
  own(wire, connection);
  const closed = once(wire, "close");
  for (const chunk of chunks(sent, random)) wire.push(chunk);
  wire.push(null);
  await closed;
  const ms = cpuMs() - beganMs;
  hold(connection.isIdle || expected.isBroken || expected.isCut, "is not idle at the end", sent);
  return { outcome: checkAll(sent, expected, wire.written()), ms, messages: count };
}

interface Expected {
  readonly packets: readonly Buffer[];
  /** A length is less than a header's: the connection ends. */
  readonly isBroken: boolean;
  readonly isCut: boolean;
}

function messagesIn(stream: Buffer): Expected {
  const packets: Buffer[] = [];
  let at = 0;
  while (at + 2 <= stream.length) {
    const length = stream.readUInt16BE(at);
    if (length < MIN_MESSAGE_OCTETS) return { packets, isBroken: true, isCut: false };
    if (at + 2 + length > stream.length) return { packets, isBroken: false, isCut: true };
    packets.push(stream.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  return { packets, isBroken: false, isCut: at < stream.length };
}

/** Replies come in the order of the queries: nothing behind this bench's plugins waits. */
function checkAll(sent: Buffer, { packets, isBroken }: Expected, written: Buffer): string {
  const replies: Buffer[] = [];
  const reader = new FrameReader();
  reader.push(written, (message) => replies.push(message));
  hold(!reader.isPartial || isBroken, "got half a reply", sent);
  const queries = packets.filter(isQuery);
  const isAll = replies.length === queries.length;
  const isPart = isBroken && replies.length < queries.length;
  hold(isAll || isPart, `got ${replies.length} replies, not ${queries.length}`, sent);
  replies.forEach((reply, i) => checkReply(queries[i] as Buffer, reply, { isStream: true }));
  return isBroken ? "broken off" : "answered";
}

function* chunks(octets: Buffer, random: Random): Generator<Buffer> {
  const most = random.pick([1, 3, 40, 1_000, 100_000]);
  for (let at = 0; at < octets.length;) {
    const end = at + 1 + random.below(most);
    yield octets.subarray(at, end);
    at = end;
  }
}

/** What a connection needs of a socket. */
class FakeSocket extends Duplex {
  readonly remoteAddress = "127.0.0.1";
  readonly localAddress = "127.0.0.1";
  readonly remotePort = 4711;
  readonly localPort = 53;
  readonly #written: Buffer[] = [];

  constructor() {
    super({ allowHalfOpen: true });
  }

  written(): Buffer {
    return Buffer.concat(this.#written);
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#written.push(chunk);
    done();
  }
}
