import { Flag } from "../../../src/dns/header.ts";
import { APEX_SOA, WWW_A } from "../example-zone.ts";
import { ask, describe, expectReply, expectSilence } from "../expect-reply.ts";
import { packet, query } from "../query-packet.ts";
import type { Row, Transport } from "../row.ts";
import { expect } from "vitest";

const Z = 0x0040;
const WWW = "www.example.org. A";
const UNKNOWN_OPCODES = [1, 2, 3, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

/** Asks for an address with these flags and expects it with those. */
async function expectFlags(on: Transport, flags: number, expected: string): Promise<void> {
  await expectReply(on, query(WWW, { flags }), { flags: expected, answer: [WWW_A] });
}

/** The header's flags. */
const flagRows: readonly Row[] = [
  {
    id: "H01",
    rfc: "8906 §8.1.1",
    probe: "SOA, RD=0, no OPT",
    expectation: "NOERROR, AA, the SOA record, no OPT",
    coredns: "met",
    async run(on) {
      const asked = query("example.org. SOA", { flags: 0 });
      await expectReply(on, asked, { flags: "QR AA", answer: [APEX_SOA] });
    },
  },
  {
    id: "H02",
    rfc: "1035 §4.1.1",
    probe: "RD=1",
    expectation: "RD copied, RA clear: the answer is our own",
    coredns: "met",
    run: (on) => expectFlags(on, Flag.RD, "QR AA RD"),
  },
  {
    id: "H02a",
    rfc: "1035 §4.1.1",
    probe: "RD=1, then RD=0, to a forwarded zone",
    expectation: "RD copied, nothing of the upstream's",
    coredns: "met",
    async run(on) {
      for (const flags of [Flag.RD, 0]) await ask(on, query("www.example.net. A", { flags }));
    },
  },
  {
    id: "H03",
    rfc: "4035 §3.1.6",
    probe: "CD=1",
    expectation: "CD copied",
    coredns: "met",
    run: (on) => expectFlags(on, Flag.CD, "QR AA CD"),
  },
  {
    id: "H04",
    rfc: "6840 §5.7",
    probe: "AD=1",
    expectation: "answered, AD=0: the data are not signed",
    coredns: "met",
    run: (on) => expectFlags(on, Flag.AD, "QR AA"),
  },
  {
    id: "H05",
    rfc: "8906 §8.1.3",
    probe: "Z=1",
    expectation: "ignored, Z=0",
    coredns: "met",
    run: (on) => expectFlags(on, Z, "QR AA"),
  },
  {
    id: "H06",
    rfc: "1035 §4.1.1",
    probe: "AA, TC and RA set",
    expectation: "not copied",
    coredns: "met",
    run: (on) => expectFlags(on, Flag.AA | Flag.TC | Flag.RA, "QR AA"),
  },
  {
    id: "H06a",
    rfc: "1035 §4.1.1",
    probe: "each of the 128 words of AA, TC, RD, RA, Z, AD, CD, with the RCODEs 0, 5 and 15",
    expectation: "the same answer each time, with RD and CD copied and nothing else",
    coredns: "met",
    async run(on) {
      const words = Array.from({ length: 128 }, (_none, bits) => bits << 4);
      for (const flags of words.flatMap((word) => [word, word | 5, word | 15])) {
        const reply = await ask(on, query(WWW, { flags }));
        const expected = Flag.QR | Flag.AA | (flags & (Flag.RD | Flag.CD));
        expect([flags, reply.readUInt16BE(2)]).toEqual([flags, expected]);
      }
    },
  },
  {
    id: "H07",
    rfc: "1035 §7.3",
    probe: "QR=1",
    expectation: "no reply",
    coredns: "met",
    run: (on) => expectSilence(on, query(WWW, { flags: Flag.QR })),
  },
  {
    id: "H07a",
    rfc: "1035 §7.3",
    probe: "QR=1 with each opcode, with an error, with nothing behind the header",
    expectation: "no reply",
    coredns: "met",
    async run(on) {
      const opcodes = Array.from({ length: 16 }, (_none, opcode) => opcode << 11);
      const whole = [...opcodes, 1, 5].map((flags) => query(WWW, { flags: Flag.QR | flags }));
      await expectSilence(on, ...whole, packet("8180 0000 0000 0000 0000"));
    },
  },
  {
    id: "H08",
    rfc: "1035 §4.1.1",
    probe: "RCODE=3",
    expectation: "ignored",
    coredns: "met",
    run: (on) => expectFlags(on, 3, "QR AA"),
  },
];

/** Opcodes other than QUERY. */
const opcodeRows: readonly Row[] = [
  {
    id: "H09",
    rfc: "8906 §8.1.4",
    probe: "opcode 15, 12 octets",
    expectation: "NOTIMP, same id and opcode",
    coredns: "met",
    async run(on) {
      const asked = packet("7800 0000 0000 0000 0000");
      await expectReply(on, asked, { rcode: "NOTIMP", flags: "QR" });
    },
  },
  {
    id: "H10, H11, H13, H14",
    rfc: "3425 §2, 1035 §4.1.1, 2136 §2.2, 8490 §5.1",
    probe: "IQUERY, STATUS, UPDATE, DSO",
    expectation: "NOTIMP",
    coredns: "met",
    run: (on) => expectNotImplemented(on, [1, 2, 5, 6]),
  },
  {
    id: "H14a",
    rfc: "8906 §3.1.4",
    probe: "each other opcode without a meaning, with and without a question",
    expectation: "NOTIMP",
    coredns: "met",
    run: (on) => expectNotImplemented(on, UNKNOWN_OPCODES),
  },
  {
    id: "H12",
    rfc: "1996 §3.7, 8906 §3",
    probe: "NOTIFY of a SOA to a primary",
    expectation: "NOTAUTH",
    coredns: "not met: answered as a query, or silence",
    async run(on) {
      const flags = (4 << 11) | Flag.AA;
      const asked = query("example.org. SOA", { flags });
      expect(describe(await ask(on, asked))).toMatchObject({ rcode: "NOTAUTH", flags: "QR" });
    },
  },
];

async function expectNotImplemented(on: Transport, opcodes: readonly number[]): Promise<void> {
  for (const opcode of opcodes) {
    for (const rd of [0, Flag.RD]) {
      const flags = (opcode << 11) | rd;
      const expected = { rcode: "NOTIMP", flags: rd ? "QR RD" : "QR" };
      await expectReply(on, query(WWW, { flags }), expected);
      const bare = packet(`${flags.toString(16).padStart(4, "0")} 0000 0000 0000 0000`);
      await expectReply(on, bare, expected);
    }
  }
}

export const headerRows: readonly Row[] = [...flagRows, ...opcodeRows];
