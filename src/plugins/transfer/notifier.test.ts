import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { parseRecord } from "../../dns/presentation.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { recordingLog } from "../../testing/context.ts";
import { pass, stopTime } from "../../testing/hand-clock.ts";
import { Notifier } from "./notifier.ts";
import { openRequest } from "../../dns/tsig/open-request.ts";
import { findTsig } from "../../dns/tsig/tsig-record.ts";
import { notifyMessage, sendNotify } from "./notify-exchange.ts";
import { serialOf } from "./zone-stream.ts";

const KEY = { name: Name.parse("k."), secret: Buffer.from("secret"), configured: undefined };
const ZONE = Name.parse("example.org.");
const TO = { address: "192.0.2.1", port: 53, source: undefined };

function soa(serial: number): ResourceRecord {
  return parseRecord(`example.org. 60 IN SOA ns.example.org. host.example.org. ${serial} 1 1 1 60`);
}

/** A notifier whose messages go to `answer`. */
class Bench {
  serial: number | undefined = 1;
  readonly sent: number[] = [];
  readonly lines: string[];
  readonly notifier: Notifier;
  answer: () => Promise<number | undefined> = () => Promise.resolve(Rcode.NOERROR);

  constructor() {
    const { log, lines } = recordingLog();
    this.lines = lines;
    this.notifier = new Notifier({
      log,
      soaOf: () => (this.serial === undefined ? undefined : soa(this.serial)),
      send: (record, _to, signal) => {
        this.sent.push(serialOf(record));
        return Promise.race([
          this.answer(),
          new Promise<undefined>((resolve) => {
            signal.addEventListener("abort", () => resolve(undefined));
          }),
        ]);
      },
    });
  }

  tell(times = 1): void {
    for (let i = 0; i < times; i++) this.notifier.notify(ZONE, TO);
  }
}

describe("notifications", () => {
  beforeEach(stopTime);
  afterEach(() => void vi.useRealTimers());

  it("of many changes are two: one at once, and one of what came meanwhile", async () => {
    const bench = new Bench();
    bench.tell();
    await pass(10);
    bench.serial = 9;
    bench.tell(100);
    await pass(20_000);
    expect(bench.sent).toEqual([1, 9]);
    bench.tell();
    await pass(10);
    expect(bench.sent).toHaveLength(3);
    bench.notifier.stop();
  });

  it("that are not answered are sent again, after longer each time, then given up with a line", async () => {
    const bench = new Bench();
    bench.answer = () => new Promise(() => {});
    bench.tell();
    const counts: number[] = [];
    for (const ms of [1_000, 2_000, 4_000, 8_000, 30_000]) {
      await pass(ms);
      counts.push(bench.sent.length);
    }
    expect(counts).toEqual([1, 2, 3, 3, 3]);
    expect(bench.lines).toEqual([
      'warn: notify for zone "example.org." was not accepted by "192.0.2.1:53": no answer',
    ]);
    bench.notifier.stop();
  });

  it.each([
    ["a refusal", () => Promise.resolve<number>(Rcode.REFUSED), 'rcode was "REFUSED"'],
    ["a closed port", () => Promise.reject(new Error("ECONNREFUSED")), "ECONNREFUSED"],
  ])("that come to %s are told of with that", async (_, answer, reason) => {
    const bench = new Bench();
    bench.answer = answer;
    bench.tell();
    await pass(20_000);
    expect(bench.sent).toHaveLength(3);
    expect(bench.lines.join("\n")).toContain(reason);
    bench.notifier.stop();
  });

  it("are none where there is no version of the zone, nor after the end", async () => {
    const bench = new Bench();
    bench.serial = undefined;
    bench.tell();
    await pass(20_000);
    bench.serial = 1;
    bench.notifier.stop();
    bench.tell();
    await pass(1_000);
    expect(bench.sent).toEqual([]);
  });
});

describe("a NOTIFY on the wire", () => {
  const secondaries: Socket[] = [];

  afterEach(() => {
    for (const socket of secondaries.splice(0)) socket.close();
  });

  /** A secondary that answers with what `answers` makes of the message. */
  async function secondary(answers: (packet: Buffer) => readonly Buffer[]): Promise<number> {
    const socket = createSocket("udp4");
    secondaries.push(socket);
    socket.on("message", (packet, { port, address }) => {
      for (const answer of answers(packet)) socket.send(answer, port, address);
    });
    socket.bind(0, "127.0.0.1");
    await once(socket, "listening");
    return socket.address().port;
  }

  function answered(packet: Buffer, change: (reply: Buffer) => void = () => {}): Buffer {
    const reply = Buffer.from(packet);
    reply[2] = (reply[2] ?? 0) | 0x80;
    change(reply);
    return reply;
  }

  it("is answered by its id, opcode and question alone", async () => {
    const port = await secondary((packet) => [
      packet,
      answered(packet, (reply) => void (reply[0] = (reply[0] ?? 0) ^ 1)),
      answered(packet, (reply) => void (reply[2] = 0x84)),
      answered(packet, (reply) => void (reply[13] = 0x78)),
      Buffer.from("no message"),
      answered(packet, (reply) => void (reply[3] = Rcode.NOTAUTH)),
    ]);
    const to = { address: "127.0.0.1", port, source: "127.0.0.1" };
    expect(await sendNotify(soa(7), to, new AbortController().signal)).toBe(Rcode.NOTAUTH);
  });

  it("has the zone's SOA record in it, and each an id of its own", async () => {
    const ids = new Set<number>();
    const port = await secondary((packet) => {
      ids.add(packet.readUInt16BE(0));
      expect(packet.subarray(2)).toEqual(notifyMessage(0, soa(7)).subarray(2));
      return [answered(packet)];
    });
    const to = { address: "127.0.0.1", port, source: undefined };
    for (let i = 0; i < 8; i++) await sendNotify(soa(7), to, new AbortController().signal);
    expect(ids.size).toBeGreaterThan(4);
  });

  it("is signed with a key, and answered by who has it", async () => {
    const findKey = (): typeof KEY => KEY;
    const port = await secondary((packet) => {
      const now = Math.floor(Date.now() / 1_000);
      const opened = openRequest(packet, findTsig(packet) ?? 0, findKey, now);
      const plain = answered(notifyMessage(packet.readUInt16BE(0), soa(7)));
      plain[3] = opened.rcode;
      return [answered(plain, (reply) => void (reply[3] = Rcode.REFUSED)), opened.seal(plain, now)];
    });
    const to = { address: "127.0.0.1", port, source: undefined, key: KEY };
    expect(await sendNotify(soa(7), to, new AbortController().signal)).toBe(Rcode.NOERROR);
  });

  it("that is signed has no answer which is not", async () => {
    const answers = Promise.withResolvers<void>();
    const port = await secondary((packet) => {
      answers.resolve();
      return [answered(notifyMessage(packet.readUInt16BE(0), soa(7)))];
    });
    const to = { address: "127.0.0.1", port, source: undefined, key: KEY };
    const sent = sendNotify(soa(7), to, AbortSignal.timeout(2_000));
    await answers.promise;
    await expect(sent).rejects.toThrow("the reply is not signed");
  });

  it("is undefined when its time is over", async () => {
    const port = await secondary(() => []);
    const to = { address: "127.0.0.1", port, source: undefined };
    expect(await sendNotify(soa(7), to, AbortSignal.timeout(20))).toBeUndefined();
  });
});
