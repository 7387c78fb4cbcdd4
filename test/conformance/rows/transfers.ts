import { createSocket } from "node:dgram";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "vitest";
import { Flag } from "../../../src/dns/header.ts";
import { Opcode } from "../../../src/dns/iana/opcode.ts";
import type { Message } from "../../../src/dns/message.ts";
import { parseMessage } from "../../../src/dns/message.ts";
import { formatRecord } from "../../../src/dns/presentation.ts";
import type { TestServer } from "../../../src/testing/server.ts";
import { startServer } from "../../../src/testing/server.ts";
import { expectReply } from "../expect-reply.ts";
import { inFakeTime } from "../fake-time.ts";
import { expectLawful } from "../laws.ts";
import { query } from "../query-packet.ts";
import { raw } from "../raw.ts";
import type { Row, Transport } from "../row.ts";
import { StreamProbe } from "../stream-probe.ts";

/** That of `zone.test`, in `zone.test.zone`. */
const SERIAL = 4_294_967_290;
const SOA = `zone.test. 300 IN SOA ns.zone.test. host.zone.test. SERIAL 3600 600 86400 60`;
const ZONE_FILE = join(import.meta.dirname, "../zone.test.zone");

/** An IXFR of a client that has a serial number. */
function ixfr(name: string, serial: number): Buffer {
  const numbers = `${serial.toString(16).padStart(8, "0")} 00000e10 00000e10 00000e10 00000e10`;
  return query(`${name} IXFR`, {
    records: { authority: raw(`c00c 0006 0001 00000e10 0016 00 00 ${numbers}`) },
  });
}

/** All messages of a transfer: until the SOA record has come again, or one says why not. */
async function transfer(on: Transport, packet: Buffer): Promise<Message[]> {
  const probe = new StreamProbe(on.connect());
  probe.send(packet);
  let soas = 0;
  const messages: Message[] = [];
  while (soas < 2) {
    const reply = (await probe.until(messages.length + 1))[messages.length];
    if (!reply) throw new Error("the transfer has no end");
    expectLawful(packet, reply, on);
    const message = parseMessage(reply);
    if (!message) throw new Error("a message cannot be read");
    messages.push(message);
    soas += message.answer.filter((record) => formatRecord(record).includes(" SOA ")).length;
    if (message.rcode !== 0 || (soas === 1 && message.answer.length === 1)) break;
  }
  probe.close();
  return messages;
}

export const transferRows: readonly Row[] = [
  {
    id: "X01",
    rfc: "5936 §4.2",
    probe: "AXFR over UDP, of a zone that is sent and of others",
    expectation: "REFUSED",
    coredns: "REFUSED by *file*; *template* answers it",
    over: "datagrams",
    async run(on) {
      for (const name of ["zone.test.", "example.org.", "cluster.local.", "a.example.net."])
        await expectReply(on, query(`${name} AXFR`), { rcode: "REFUSED" });
    },
  },
  {
    id: "X02",
    rfc: "5936 §2.2",
    probe: "AXFR over a stream",
    expectation:
      "messages with the id of the query, the question in the first, AA; the SOA record first and last, all others once",
    coredns: "met",
    over: "streams",
    async run(on) {
      const packet = query("zone.test. AXFR");
      const messages = await transfer(on, packet);
      const records = messages.flatMap(({ answer }) => answer.map(formatRecord));
      expect(messages.length).toBeGreaterThan(2);
      expect(new Set(messages.map(({ id }) => id))).toEqual(new Set([packet.readUInt16BE(0)]));
      expect(messages.map(({ question }) => question.length)).toEqual(
        messages.map((_message, i) => (i === 0 ? 1 : 0)),
      );
      expect(messages.every(({ flags }) => (flags & Flag.AA) !== 0)).toBe(true);
      expect(records[0]).toBe(SOA.replace("SERIAL", String(SERIAL)));
      expect(records.at(-1)).toBe(records[0]);
      expect(new Set(records).size).toBe(records.length - 1);
      expect(records).toContain("h3000.zone.test. 300 IN A 192.0.2.1");
    },
  },
  {
    id: "X03",
    rfc: "1995 §2",
    probe: "IXFR over UDP, of an older version, this one, and a later one",
    expectation: "the SOA record alone",
    coredns: "not met: REFUSED",
    over: "datagrams",
    async run(on) {
      for (const serial of [SERIAL - 1, SERIAL, 3])
        await expectReply(on, ixfr("zone.test.", serial), { flags: "QR AA RD", answer: [SOA] });
    },
  },
  {
    id: "X03a",
    rfc: "5936 §2.2.1",
    probe: "AXFR and IXFR of zones that are not sent",
    expectation: "REFUSED",
    coredns: "not met: *template* answers it",
    async run(on) {
      for (const name of ["example.org.", "cluster.local.", "www.hosts.test.", "a.example.net."]) {
        await expectReply(on, ixfr(name, 1), { rcode: "REFUSED" });
        await expectReply(on, query(`${name} AXFR`), { rcode: "REFUSED" });
      }
    },
  },
  {
    id: "X03b",
    rfc: "1995 §3",
    probe: "IXFR without a SOA record in the authority section",
    expectation: "FORMERR",
    coredns: "not measured",
    run: async (on) => void (await expectReply(on, query("zone.test. IXFR"), { rcode: "FORMERR" })),
  },
  {
    id: "X04",
    rfc: "5936 §2.2.1",
    probe: "AXFR and IXFR of a name where no zone begins, in a zone that is sent",
    expectation: "NOTAUTH",
    coredns: "met",
    over: "streams",
    async run(on) {
      for (const name of ["h1.zone.test.", "nowhere.zone.test."]) {
        await expectReply(on, query(`${name} AXFR`), { rcode: "NOTAUTH" });
        await expectReply(on, ixfr(name, 1), { rcode: "NOTAUTH" });
      }
    },
  },
  {
    id: "X10",
    rfc: "1995 §4, 1982 §3.2",
    probe:
      "IXFR over a stream of this version and of later ones, beyond the last number too; of one that is not known",
    expectation: "the SOA record alone; the whole zone",
    coredns: "not measured",
    over: "streams",
    async run(on) {
      for (const serial of [SERIAL, SERIAL + 1, 0, 5]) {
        const messages = await transfer(on, ixfr("zone.test.", serial));
        expect(messages.map(({ answer }) => answer.length)).toEqual([1]);
      }
      const whole = await transfer(on, ixfr("zone.test.", SERIAL - 1));
      expect(whole.flatMap(({ answer }) => answer).length).toBeGreaterThan(3_000);
    },
  },
  {
    id: "X11",
    rfc: "1996 §3.6",
    probe: "a secondary that does not answer a NOTIFY",
    expectation: "the NOTIFY three times, after longer each time, and then none",
    coredns: "not measured",
    over: "streams",
    run: expectNotifications,
  },
];

async function expectNotifications(on: Transport): Promise<void> {
  const secondary = createSocket("udp4");
  const notices: Buffer[] = [];
  secondary.on("message", (packet) => notices.push(packet));
  secondary.bind(0, "127.0.0.1");
  await once(secondary, "listening");
  const corefile = `zone.test:{{PORT}} {
    bind 127.0.0.1
    file ${ZONE_FILE}
    transfer {
      to 127.0.0.1:${secondary.address().port}
    }
  }`;
  const servers: TestServer[] = [];
  await inFakeTime(on, async (advance) => {
    servers.push(await startServer({ corefile }));
    const counts: number[] = [];
    for (const ms of [1_999, 2, 3_997, 3, 60_000]) {
      await advance(ms);
      counts.push(notices.length);
    }
    expect(counts).toEqual([1, 2, 2, 3, 3]);
  });
  expect(notices.every((packet) => parseMessage(packet)?.opcode === Opcode.NOTIFY)).toBe(true);
  for (const server of servers) await server.stop();
  secondary.close();
}
