import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { writeEdns } from "../dns/edns.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { parseMessage } from "../dns/message.ts";
import { Name } from "../dns/name.ts";
import { WireWriter } from "../dns/wire-writer.ts";
import type { ReceivedQuery } from "../testing/fake-upstream.ts";
import { answerTo, emptyReplyTo } from "../testing/fake-upstream.ts";
import type { Bench, BenchOptions } from "../testing/upstream-bench.ts";
import { clientTls, openBench } from "../testing/upstream-bench.ts";
import { Request } from "./request.ts";

let bench: Bench;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(async () => {
  await bench.close();
  vi.useRealTimers();
});

const [FORMERR, NOTIMP, REFUSED, BADVERS] = [1, 4, 5, 16];

/** An OPT record of a reply, with the upper bits of a response code. */
function opt(rcode = 0): Buffer {
  const writer = new WireWriter(Buffer.alloc(11));
  writeEdns(writer, 1232, rcode, false, []);
  return writer.bytes;
}

/** A reply with OPT. */
function withOpt(reply: Buffer, rcode = 0): Buffer {
  const octets = Buffer.concat([reply, opt(rcode)]);
  octets.writeUInt16BE(1, 10);
  return octets;
}

function header(packet: Buffer, rcode: number, counts: readonly number[]): Buffer {
  const octets = Buffer.from(packet.subarray(0, 12));
  octets.writeUInt16BE(0x8000 | octets.readUInt16BE(2) | rcode, 2);
  counts.forEach((count, at) => octets.writeUInt16BE(count, 4 + 2 * at));
  return octets;
}

/** What servers say who do not know the OPT record of a query. */
const refusals: readonly [string, (packet: Buffer) => Buffer][] = [
  ["FORMERR with the question", (packet) => emptyReplyTo(packet, FORMERR)],
  ["NOTIMP with the question", (packet) => emptyReplyTo(packet, NOTIMP)],
  ["FORMERR with the question and an OPT", (packet) => withOpt(emptyReplyTo(packet, FORMERR))],
  [
    "FORMERR and the query, its OPT cut short",
    (packet) => Buffer.concat([header(packet, FORMERR, [1, 0, 0, 1]), packet.subarray(12, -4)]),
  ],
  ["FORMERR without the question", (packet) => header(packet, FORMERR, [0, 0, 0, 0])],
  ["NOTIMP without the question", (packet) => header(packet, NOTIMP, [0, 0, 0, 0])],
  ["a bare header with the query's counts", (packet) => header(packet, FORMERR, [1, 0, 0, 1])],
  ["BADVERS with the question", (packet) => withOpt(emptyReplyTo(packet, 0), BADVERS)],
  [
    "BADVERS without the question",
    (packet) => Buffer.concat([header(packet, 0, [0, 0, 0, 1]), opt(BADVERS)]),
  ],
];

const hasOpt = (packet: Buffer): boolean => parseMessage(packet)?.edns !== undefined;

/** Which of the queries received had an OPT: `EDNS plain plain`. */
function asked(): string {
  return bench.fake.received.map(({ packet }) => (hasOpt(packet) ? "EDNS" : "plain")).join(" ");
}

const transports: readonly [string, BenchOptions][] = [
  ["UDP", { overTcp: false }],
  ["TCP", { overTcp: true }],
  ["TLS", { overTcp: false, tls: clientTls }],
];

describe.each(transports)("over %s", (_, options) => {
  async function open(answer: (query: ReceivedQuery) => void): Promise<void> {
    bench = await openBench(answer, options);
  }

  /** Asks with EDNS; gives the response code and how many records were answered. */
  async function ask(name = "www.example.org."): Promise<string> {
    const qname = Name.parse(name);
    const edns = { dnssecOk: true };
    const request = new Request({
      qname,
      qtype: RrType.A,
      qclass: RrClass.IN,
      flags: 0x100,
      edns,
    });
    const deadlineMs = performance.now() + 5000;
    const { rcode, answer } = await bench.upstream.exchange(request, options.overTcp, deadlineMs);
    return `${rcode} ${answer.length}`;
  }

  describe.each(refusals)("an upstream that refuses EDNS by %s", (__, refusal) => {
    it("is asked again without it, and not with it for a while", async () => {
      await open(({ packet, reply }) => reply(hasOpt(packet) ? refusal(packet) : answerTo(packet)));
      expect([await ask(), await ask("b.test."), await ask("c.test.")]).toEqual(
        Array.from({ length: 3 }, () => "0 1"),
      );
      expect(asked()).toBe("EDNS plain plain plain");
      vi.advanceTimersByTime(600_000);
      expect(await ask("d.test.")).toBe("0 1");
      expect(asked()).toBe("EDNS plain plain plain EDNS plain");
    });
  });

  it("a question that is refused with EDNS and without is refused, and others are asked with it", async () => {
    await open(({ packet, reply }) => {
      reply(packet.includes("bad") ? emptyReplyTo(packet, FORMERR) : answerTo(packet));
    });
    expect([await ask("bad.test."), await ask("good.test.")]).toEqual(["1 0", "0 1"]);
    expect(asked()).toBe("EDNS plain EDNS");
  });

  it("an upstream that has shown to know EDNS is asked with it, though it refused it for one question", async () => {
    await open(({ packet, reply }) => {
      if (packet.includes("bad") && hasOpt(packet)) reply(emptyReplyTo(packet, FORMERR));
      else reply(hasOpt(packet) ? withOpt(answerTo(packet)) : answerTo(packet));
    });
    for (const name of ["good.test.", "bad.test.", "good.test."])
      expect(await ask(name)).toBe("0 1");
    expect(asked()).toBe("EDNS EDNS plain EDNS");
  });

  it("other response codes say nothing about EDNS", async () => {
    await open(({ packet, reply }) => reply(emptyReplyTo(packet, REFUSED)));
    expect(await ask()).toBe("5 0");
    expect(asked()).toBe("EDNS");
  });
});
