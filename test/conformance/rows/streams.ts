import { once } from "node:events";
import { expect } from "vitest";
import { answerTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import type { ReceivedQuery } from "../../../src/testing/fake-upstream.ts";
import { startServer } from "../../../src/testing/server.ts";
import { frame } from "../../../src/dns/frame-reader.ts";
import { BIG, WWW_A } from "../example-zone.ts";
import { ask, describe, expectReply } from "../expect-reply.ts";
import { arrived, inFakeTime } from "../fake-time.ts";
import { expectLawful } from "../laws.ts";
import { packet, query } from "../query-packet.ts";
import { raw } from "../raw.ts";
import type { Row, Transport } from "../row.ts";
import { StreamProbe } from "../stream-probe.ts";

const WWW = "www.example.org. A";
const BIG_TXT = "big.example.org. TXT";
const KEEPALIVE = 11;

function queries(count: number, question = WWW): Buffer[] {
  return Array.from({ length: count }, () => query(question));
}

/** Sends all at once and expects an answer to each, in any order. */
async function expectAnswers(on: Transport, all: readonly Buffer[]): Promise<void> {
  const probe = new StreamProbe(on.connect());
  probe.send(...all);
  const replies = await probe.until(all.length);
  const byId = new Map(replies.map((reply) => [reply.readUInt16BE(0), reply]));
  for (const one of all) {
    const reply = byId.get(one.readUInt16BE(0)) ?? Buffer.alloc(0);
    expectLawful(one, reply, on);
    expect(describe(reply)).toMatchObject({ rcode: "NOERROR", answer: [WWW_A] });
  }
  expect(replies.length).toBe(all.length);
  probe.close();
}

const exchangeRows: readonly Row[] = [
  {
    id: "T01, T11",
    rfc: "7766 §5, 2181 §9",
    probe: "a query; an answer of 4.7 kilooctets, without OPT and with a small size in it",
    expectation: "answered in full, TC=0",
    coredns: "partly: the client's size in OPT",
    over: "streams",
    async run(on) {
      await expectReply(on, query(WWW), { flags: "QR AA RD", answer: [WWW_A] });
      for (const parts of [{}, { opt: { payloadSize: 512 } }]) {
        const reply = await ask(on, query(BIG_TXT, parts));
        const { flags, answer } = describe(reply);
        expect([flags, answer]).toEqual(["QR AA RD", BIG.toSorted()]);
        expect(reply.length).toBeGreaterThan(4_500);
      }
    },
  },
  {
    id: "T02",
    rfc: "7766 §6.2.1.1",
    probe: "20 queries in one segment",
    expectation: "20 answers",
    coredns: "met",
    over: "streams",
    run: (on) => expectAnswers(on, queries(20)),
  },
  {
    id: "T02a",
    rfc: "7766 §6.2.1.1",
    probe: "1, 2, 127, 128, 129 and 1,000 queries in one piece",
    expectation: "as many answers",
    coredns: "met",
    over: "streams",
    async run(on) {
      for (const count of [1, 2, 127, 128, 129, 1_000]) await expectAnswers(on, queries(count));
    },
  },
  {
    id: "T02b",
    rfc: "7766 §6.2.1.1, §7",
    probe: "a name whose upstream waits, then ten of our own, in one segment",
    expectation: "our own first: each as it is ready",
    coredns: "not met: in the order of the queries (1.14.7)",
    over: "streams",
    run: (on) =>
      withSlowName(on, async (there, release) => {
        const probe = new StreamProbe(there.connect());
        const [slow, fast] = [query("slow.test. A"), queries(10, "fast.test. A")];
        probe.send(slow, ...fast);
        const ids = [...fast, slow].map((one) => one.readUInt16BE(0));
        expect(await probe.ids(10)).toEqual(ids.slice(0, 10));
        await release();
        expect(await probe.ids(11)).toEqual(ids);
        probe.close();
      }),
  },
  {
    id: "T03",
    rfc: "7766 §8",
    probe: "a query one octet at a time; two queries cut at each place",
    expectation: "answered",
    coredns: "met",
    over: "streams",
    async run(on) {
      const stream = Buffer.concat(queries(2).map(frame));
      const probe = new StreamProbe(on.connect());
      await writeInPieces(probe, stream, 1);
      expect(await probe.ids(2)).toHaveLength(2);
      probe.close();
      for (let cut = 1; cut < stream.length; cut += 3) {
        const other = new StreamProbe(on.connect());
        await writeInPieces(other, stream, cut);
        expect(await other.ids(2)).toHaveLength(2);
        other.close();
      }
    },
  },
  {
    id: "T10",
    rfc: "7766 §6.2.1",
    probe: "a malformed query, one of an unknown opcode, then a good one",
    expectation: "each answered",
    coredns: "partly: SERVFAIL for the malformed one",
    over: "streams",
    async run(on) {
      const probe = new StreamProbe(on.connect());
      probe.send(
        packet("0100 0001 0000 0000 0000"),
        packet("7800 0000 0000 0000 0000"),
        query(WWW),
      );
      const replies = await probe.until(3);
      expect(replies.map((reply) => describe(reply).rcode)).toEqual([
        "FORMERR",
        "NOTIMP",
        "NOERROR",
      ]);
      probe.close();
    },
  },
  {
    id: "T12",
    rfc: "7828 §3.3.2",
    probe: "KEEPALIVE, empty and with a time",
    expectation: "the option with our time-out: 10 s in units of 100 ms",
    coredns: "not met: no option, or an empty one",
    over: "streams",
    async run(on) {
      for (const data of ["", "0001"]) {
        await expectReply(on, query(WWW, { opt: { options: [[KEEPALIVE, data]] } }), {
          flags: "QR AA RD",
          answer: [WWW_A],
          edns: { options: ["OPTION 11 0064"] },
        });
      }
    },
  },
];

async function writeInPieces(probe: StreamProbe, stream: Buffer, octets: number): Promise<void> {
  for (let at = 0; at < stream.length; at += octets) {
    probe.socket.write(stream.subarray(at, at + octets));
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A server with a name whose upstream answers when it is told to. */
async function withSlowName(
  on: Transport,
  body: (there: Transport, release: () => Promise<void>) => Promise<void>,
): Promise<void> {
  const held = Promise.withResolvers<ReceivedQuery>();
  const upstream = await startFakeUpstream(held.resolve);
  const corefile = `.:{{PORT}} {
  bind 127.0.0.1
  hosts {
    192.0.2.1 fast.test
    fallthrough
  }
  forward . ${upstream.address}
}`;
  const server = await startServer({ corefile });
  const there = await on.elsewhere(server.port);
  await body(there, async () => {
    const { reply, packet } = await held.promise;
    reply(answerTo(packet));
  });
  there.close();
  await server.stop();
  await upstream.close();
}

const endRows: readonly Row[] = [
  {
    id: "T04, T05",
    rfc: "7766 §8",
    probe: "a length of 0, of 5; of each number up to 11, also behind a good query",
    expectation: "closed, nothing sent",
    coredns: "partly: kept open",
    over: "streams",
    async run(on) {
      for (let length = 0; length < 12; length++) {
        const probe = new StreamProbe(on.connect());
        probe.socket.write(Buffer.concat([raw("00"), Buffer.of(length), Buffer.alloc(length)]));
        await probe.closed();
        expect(probe.replies).toEqual([]);
        const later = new StreamProbe(on.connect());
        later.send(query(WWW));
        await later.until(1);
        later.socket.write(Buffer.of(0, length));
        await later.closed();
        expect(later.replies.length).toBe(1);
      }
    },
  },
  {
    id: "T06",
    rfc: "9210 §4.2",
    probe: "nothing more in the middle of a length, of a header, of a name",
    expectation: "closed 3 s after its first octet",
    coredns: "met: 3.0 s (1.14.7)",
    over: "streams",
    async run(on) {
      const whole = frame(query(WWW));
      for (const octets of [1, 2, 7, whole.length - 1]) {
        await expectClosedAfter(on, 3_000, (probe) =>
          probe.socket.write(whole.subarray(0, octets)),
        );
      }
    },
  },
  {
    id: "T13",
    rfc: "9210 §4.2",
    probe: "an octet each 1.4 s",
    expectation: "closed 3 s after the first one: what trickles in moves no deadline",
    coredns: "met (1.14.7)",
    over: "streams",
    run: (on) =>
      inFakeTime(on, async (advance) => {
        const probe = new StreamProbe(on.connect());
        for (const octet of [0, 29, 1]) {
          probe.socket.write(Buffer.of(octet));
          expect(probe.isClosed).toBe(false);
          await advance(1_400);
        }
        await advance(0);
        await probe.closed();
      }),
  },
  {
    id: "T07",
    rfc: "7766 §6.2.3",
    probe: "a connection and nothing else",
    expectation: "closed after 3 s",
    coredns: "met: 3.0 s (1.14.7)",
    over: "streams",
    run: (on) => expectClosedAfter(on, 3_000, () => {}),
  },
  {
    id: "T08",
    rfc: "7766 §6.2.3",
    probe: "nothing more after an answer",
    expectation: "FIN, not RST, after 10 s",
    coredns: "met: 10.0 s (1.14.7)",
    over: "streams",
    run: (on) =>
      expectClosedAfter(on, 10_000, async (probe) => {
        probe.send(query(WWW));
        await probe.until(1);
      }),
  },
  {
    id: "T09",
    rfc: "7766 §6.2.4",
    probe: "FIN right behind 1, 3 and 200 queries",
    expectation: "all answers, then FIN",
    coredns: "met",
    over: "streams",
    async run(on) {
      for (const count of [1, 3, 200]) {
        const probe = new StreamProbe(on.connect());
        probe.socket.end(Buffer.concat(queries(count).map(frame)));
        await probe.closed();
        expect([probe.replies.length, probe.isEnded, probe.isReset]).toEqual([count, true, false]);
      }
    },
  },
  {
    id: "T09a",
    rfc: "7766 §6.2.4",
    probe: "FIN behind a query whose upstream waits",
    expectation: "the answer when it comes, then FIN",
    coredns: "not measured",
    over: "streams",
    run: (on) =>
      withSlowName(on, async (there, release) => {
        const probe = new StreamProbe(there.connect());
        probe.socket.end(frame(query("slow.test. A")));
        await release();
        await probe.closed();
        expect([probe.replies.length, probe.isEnded, probe.isReset]).toEqual([1, true, false]);
      }),
  },
];

/** Opens a connection, does something with it, and expects its end then and not earlier. */
function expectClosedAfter(
  on: Transport,
  ms: number,
  first: (probe: StreamProbe) => unknown,
): Promise<void> {
  return inFakeTime(on, async (advance) => {
    const probe = new StreamProbe(on.connect());
    await first(probe);
    await advance(ms - 1);
    expect([probe.isEnded, probe.isClosed]).toEqual([false, false]);
    await advance(2);
    await probe.closed();
    // Half a message is no end to be polite about.
    if (ms > 3_000) expect([probe.isEnded, probe.isReset]).toEqual([true, false]);
  });
}

const loadRows: readonly Row[] = [
  {
    id: "T14",
    rfc: "7766 §6.2.2",
    probe: "10,000 queries of a client that never reads",
    expectation: "closed 5 s after its buffers are full; others are answered meanwhile",
    coredns: "not measured",
    over: "streams",
    run: (on) =>
      inFakeTime(on, async (advance) => {
        const probe = new StreamProbe(on.connect());
        await once(probe.socket, "connect");
        probe.socket.pause();
        probe.send(...queries(10_000, BIG_TXT));
        for (let turn = 0; turn < 10; turn++) await arrived(on);
        await advance(4_500);
        // What it is closed for lies before what it may still read.
        probe.socket.write(frame(query(WWW)));
        await advance(600);
        probe.socket.resume();
        await probe.closed();
        expect(probe.replies.length).toBeLessThan(10_000);
      }),
  },
  {
    id: "T15",
    rfc: "9210 §4.1",
    probe: "300 idle connections of one address",
    expectation: "256 stay, the oldest go; it and other addresses are answered",
    coredns: "not met: no limit (1.14.7)",
    over: "streams",
    async run(on) {
      const probes: StreamProbe[] = [];
      for (let i = 0; i < 300; i++) {
        const probe = new StreamProbe(on.connect("127.0.0.3"));
        probes.push(probe);
        await once(probe.socket, "connect");
      }
      await ask(on, query(WWW));
      const other = new StreamProbe(on.connect("127.0.0.2"));
      other.send(query(WWW));
      expect(await other.ids(1)).toHaveLength(1);
      await Promise.all(probes.slice(0, 44).map((probe) => probe.closed()));
      const [oldest, newest] = [probes[44], probes[299]];
      for (const probe of [oldest, newest]) {
        probe?.send(query(WWW));
        expect(await probe?.ids(1)).toHaveLength(1);
      }
      expect(probes.filter(({ isClosed }) => !isClosed)).toHaveLength(256);
      for (const probe of [...probes, other]) probe.close();
    },
  },
];

export const streamRows: readonly Row[] = [...exchangeRows, ...endRows, ...loadRows];
