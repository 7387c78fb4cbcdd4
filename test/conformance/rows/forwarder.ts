import { createSocket } from "node:dgram";
import { expect } from "vitest";
import type { FakeUpstream, ReceivedQuery } from "../../../src/testing/fake-upstream.ts";
import {
  answerTo,
  emptyReplyTo,
  replyTo,
  startFakeUpstream,
} from "../../../src/testing/fake-upstream.ts";
import { settle } from "../../../src/testing/hand-clock.ts";
import { startServer } from "../../../src/testing/server.ts";
import { lies } from "../../../src/testing/upstream-bench.ts";
import { ask, askOnce, describe, expectReply } from "../expect-reply.ts";
import { DO, query } from "../query-packet.ts";
import type { Row, Transport } from "../row.ts";
import { Flag } from "../../../src/dns/header.ts";

const WWW = "www.test. A";
const TRUTH = "www.test. 60 IN A 192.0.2.1";
const FLAGS = "QR RD RA";

type Answer = (query: ReceivedQuery, upstream: () => FakeUpstream) => void;

/** Asks a server of its own, with *cache* and *forward* before an upstream that does as told. */
async function forwarding(
  on: Transport,
  answer: Answer,
  probe: (there: Transport, upstream: FakeUpstream) => Promise<void>,
  body = "cache\nforward . UPSTREAM",
): Promise<void> {
  const upstream: FakeUpstream = await startFakeUpstream((received) =>
    answer(received, () => upstream),
  );
  const plugins = body.replaceAll("UPSTREAM", upstream.address);
  const server = await startServer({
    corefile: `.:{{PORT}} {\nbind 127.0.0.1\n${plugins}\n}\n`,
  });
  const there = await on.elsewhere(server.port);
  try {
    await probe(there, upstream);
  } finally {
    there.close();
    await server.stop();
    await upstream.close();
  }
}

const truthful: Answer = ({ packet, reply }) => reply(answerTo(packet));

/** The wrong replies of a liar first, and the right one later, gives the right one. */
function afterLies(...which: readonly number[]): Row["run"] {
  const answer: Answer = ({ packet, reply }) => {
    const all = lies(packet);
    for (const index of which) reply(all[index] as Buffer);
    void settle().then(() => reply(answerTo(packet)));
  };
  return (on) =>
    forwarding(on, answer, async (there, upstream) => {
      await expectReply(there, query(WWW), { flags: FLAGS, answer: [TRUTH] });
      expect(upstream.received).toHaveLength(1);
    });
}

/** What an upstream says is passed on, and asked for `asked` times if the client asks twice. */
function twice(reply: (packet: Buffer) => Buffer, first: string, asked: number): Row["run"] {
  return (on) =>
    forwarding(
      on,
      (received) => received.reply(reply(received.packet)),
      async (there, upstream) => {
        for (let i = 0; i < 2; i++) {
          const { rcode, answer } = describe(await askOnce(there, query(WWW)));
          expect([rcode, ...answer].join(" ")).toBe(first);
        }
        expect(upstream.received).toHaveLength(asked);
      },
    );
}

const trustRows: readonly Row[] = [
  {
    id: "F01",
    rfc: "5452 §9.1",
    probe: "the upstream's reply has another id, the right one comes 60 ms later",
    expectation: "the right answer, asked once",
    coredns: "met",
    run: afterLies(0),
  },
  {
    id: "F02",
    rfc: "5452 §9.1",
    probe: "right id, another name; then the right reply",
    expectation: "the right answer, asked once",
    coredns: "not met: FORMERR",
    run: afterLies(1),
  },
  {
    id: "F03",
    rfc: "5452 §9.1",
    probe: "right id, another type and another class; then the right reply",
    expectation: "the right answer, asked once",
    coredns: "not met: FORMERR",
    run: afterLies(2, 3),
  },
  {
    id: "F04",
    rfc: "5452 §9.1",
    probe: "QR=0, then the right reply",
    expectation: "the right answer, asked once",
    coredns: "not met: FORMERR",
    run: afterLies(4),
  },
  {
    id: "F05",
    rfc: "5452 §9.1",
    probe: "the right reply from another port, then from the upstream's",
    expectation: "only the upstream's counts",
    coredns: "met",
    over: "datagrams",
    run: (on) =>
      forwarding(
        on,
        ({ packet, port, reply }) => {
          const stranger = createSocket("udp4").on("error", () => {});
          stranger.send(answerTo(packet, "192.0.2.66"), port, "127.0.0.1", () => stranger.close());
          void settle().then(() => reply(answerTo(packet)));
        },
        async (there) => {
          await expectReply(there, query(WWW), { flags: FLAGS, answer: [TRUTH] });
        },
      ),
  },
  {
    id: "F06",
    rfc: "",
    probe: "malformed replies with the right id (no question, cut, rubbish), then the right one",
    expectation: "the right answer, asked once",
    coredns: "not met: SERVFAIL",
    run: afterLies(5, 6, 7, 8),
  },
  {
    id: "F07",
    rfc: "5452 §5",
    probe: "40 who ask the same at once, in any case of letters",
    expectation: "one query upstream; each gets its own id and question",
    coredns: "not met: 40 queries",
    run: (on) =>
      forwarding(
        on,
        ({ packet, reply }) => void settle().then(() => reply(answerTo(packet))),
        async (there, upstream) => {
          const all = Array.from({ length: 40 }, (_, i) =>
            query(i % 2 === 0 ? WWW : "WWW.Test. A"),
          );
          await Promise.all(all.map((packet) => askOnce(there, packet)));
          expect(upstream.received).toHaveLength(1);
        },
      ),
  },
  {
    id: "F08",
    rfc: "5452 §9.2",
    probe: "200 queries one after the other",
    expectation: "at least 190 source ports",
    coredns: "not met: 40",
    over: "datagrams",
    run: (on) =>
      forwarding(on, truthful, async (there, upstream) => {
        for (let i = 0; i < 200; i++) await ask(there, query(`n${i}.test. A`));
        const ports = new Set(upstream.received.map(({ port }) => port));
        expect(ports.size).toBeGreaterThanOrEqual(190);
      }),
  },
  {
    id: "F09",
    rfc: "5452 §4.3",
    probe: "500 queries, 100 at once",
    expectation: "ids spread over all sixteen bits",
    coredns: "met",
    over: "datagrams",
    run: (on) =>
      forwarding(on, truthful, async (there, upstream) => {
        const all = Array.from({ length: 500 }, (_, i) => query(`n${i}.test. A`));
        // More at once than the upstream's socket can hold would be asked again.
        for (let i = 0; i < all.length; i += 100) {
          await Promise.all(all.slice(i, i + 100).map((one) => there.exchange(one)));
        }
        const ids = upstream.received.map(({ id }) => id);
        // Of 65,536 ids, 500 draws repeat two on average; of 16 bins each has 31, none above 70.
        expect(new Set(ids).size).toBeGreaterThan(480);
        const bins = Map.groupBy(ids, (id) => id >>> 12);
        for (const { length } of bins.values()) expect(length).toBeLessThan(80);
      }),
  },
];

const keepingRows: readonly Row[] = [
  {
    id: "F10",
    rfc: "2181 §5.4.1",
    probe: "an answer with records of other names, which are then asked for",
    expectation: "not passed on as answers, and never found under their names",
    coredns: "met, but passed on",
    run: (on) =>
      forwarding(
        on,
        ({ packet, reply }) => {
          const evil = "evil.test. 60 IN A 192.0.2.66";
          const isEvil = packet.includes("evil");
          const answer = isEvil ? ["evil.test. 60 IN A 192.0.2.7"] : [TRUTH, evil];
          reply(replyTo(packet, { answer, additional: [evil] }));
        },
        async (there) => {
          expect(describe(await ask(there, query(WWW))).answer).toEqual([TRUTH]);
          const { answer } = describe(await ask(there, query("evil.test. A")));
          expect(answer).toEqual(["evil.test. 60 IN A 192.0.2.7"]);
        },
      ),
  },
  {
    id: "F11",
    rfc: "1035 §3.2.1",
    probe: "TTL 0, asked for twice",
    expectation: "passed on as 0, and asked for twice",
    coredns: "not met: 5 s, cached",
    run: twice(
      (packet) => answerTo(packet, "192.0.2.1", 0),
      "NOERROR www.test. 0 IN A 192.0.2.1",
      2,
    ),
  },
  {
    id: "F12",
    rfc: "2181 §8",
    probe: "TTL with the highest bit, asked for twice",
    expectation: "treated as 0",
    coredns: "not met: 30 s",
    run: twice(
      (packet) => answerTo(packet, "192.0.2.1", 0x8000_003c),
      "NOERROR www.test. 0 IN A 192.0.2.1",
      2,
    ),
  },
  {
    id: "F13",
    rfc: "1035 §4.1.1",
    probe: "an upstream's answer out of the cache, with and without AA at first",
    expectation: "AA=0",
    coredns: "not met: AA=1",
    run: (on) =>
      forwarding(
        on,
        ({ packet, reply }) => {
          const flags = packet.includes("auth") ? Flag.AA : 0;
          const authority = ["test. 60 IN SOA ns.test. host.test. 1 60 60 60 60"];
          reply(replyTo(packet, { flags, authority, rcode: packet.includes("nx") ? 3 : 0 }));
        },
        async (there) => {
          for (const name of ["auth.test. A", "other.test. A", "nx.auth.test. A"]) {
            await askOnce(there, query(name));
            const kept = await ask(there, query(name));
            expect(kept.readUInt16BE(2) & Flag.AA).toBe(0);
          }
        },
      ),
  },
  {
    id: "F14",
    rfc: "9520 §3.2",
    probe: "SERVFAIL, asked for twice",
    expectation: "kept for a while: asked once",
    coredns: "met: 5 s",
    run: twice((packet) => emptyReplyTo(packet, 2), "SERVFAIL", 1),
  },
  {
    id: "F15",
    rfc: "1035 §4.2.1",
    probe: "the upstream sets TC",
    expectation: "TC passed on, and not kept",
    coredns: "met",
    over: "datagrams",
    run: (on) =>
      forwarding(
        on,
        ({ packet, reply }) => reply(emptyReplyTo(packet, 0, Flag.TC)),
        async (there, upstream) => {
          for (let i = 0; i < 2; i++) {
            const reply = await askOnce(there, query(WWW));
            expect(reply.readUInt16BE(2) & Flag.TC).toBe(Flag.TC);
          }
          expect(upstream.received).toHaveLength(2);
        },
      ),
  },
  {
    id: "F16",
    rfc: "2308 §5",
    probe: "NXDOMAIN without SOA, asked for twice",
    expectation: "passed on, and asked for twice",
    coredns: "not measured",
    run: twice((packet) => emptyReplyTo(packet, 3), "NXDOMAIN", 2),
  },
  {
    id: "F17",
    rfc: "8767 §5",
    probe: "an expired answer, the upstream silent, serve_stale",
    expectation: "the answer with a TTL of 30 s and EDE 3, at once",
    coredns: "not measured",
    async run(on) {
      const answer: Answer = ({ packet, reply }, upstream) => {
        if (upstream().received.length === 1) reply(answerTo(packet));
      };
      const corefile = "cache 1 {\nserve_stale 1h immediate 30s\n}\nforward . UPSTREAM";
      const probe = async (there: Transport): Promise<void> => {
        await askOnce(there, query(WWW));
        await new Promise((resolve) => setTimeout(resolve, 1100));
        await expectReply(there, query(WWW, { opt: {} }), {
          flags: FLAGS,
          answer: ["www.test. 30 IN A 192.0.2.1"],
          edns: { options: ["EDE 3 (Stale Answer)"] },
        });
      };
      await forwarding(on, answer, probe, corefile);
    },
  },
  {
    id: "F18",
    rfc: "4035 §3.2",
    probe: "one name with each of RD, CD and DO, and with client subnets",
    expectation: "kept apart by name, type, class, RD, CD and DO, and by nothing of the client's",
    coredns: "not measured",
    run: (on) =>
      forwarding(
        on,
        ({ packet, reply }, upstream) => {
          reply(answerTo(packet, `192.0.2.${upstream().received.length}`));
        },
        async (there, upstream) => {
          const subnets = ["0001 1800 c00002", "0001 1800 cb0071"];
          const all = [0, Flag.RD, Flag.CD, Flag.RD | Flag.CD].flatMap((flags) =>
            [0, DO].map((bits) => ({ flags, bits })),
          );
          for (let round = 0; round < 2; round++) {
            for (const [i, { flags, bits }] of all.entries()) {
              const options = [[8, subnets[round] as string]] as const;
              const asked = query(WWW, { flags, opt: { flags: bits, options } });
              const { answer } = describe(await ask(there, asked));
              // Without the TTL: a second may pass before the last of them.
              const addresses = answer.map((line) => line.split(" ").at(-1));
              expect(addresses).toEqual([`192.0.2.${i + 1}`]);
            }
          }
          expect(upstream.received).toHaveLength(all.length);
        },
      ),
  },
  {
    id: "F19",
    rfc: "8914 §4.23",
    probe: "the only upstream refuses the connection or is silent",
    expectation: "SERVFAIL with EDE 22 or 23, within two seconds",
    coredns: "not met: 4 s, no EDE",
    async run(on) {
      for (const to of ["UPSTREAM", "127.0.0.1:1"]) {
        const probe = async (there: Transport): Promise<void> => {
          const reply = describe(await askOnce(there, query(WWW, { opt: {} })));
          expect(reply.rcode).toBe("SERVFAIL");
          expect(reply.edns?.options).toEqual([expect.stringMatching(/^EDE 2[23] /)]);
        };
        await forwarding(on, () => {}, probe, `forward . ${to}`);
      }
    },
  },
];

/** Section 3.5 of the survey. */
export const forwarderRows: readonly Row[] = [...trustRows, ...keepingRows];
