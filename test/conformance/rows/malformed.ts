import { expect } from "vitest";
import { WWW_A } from "../example-zone.ts";
import type { ExpectedReply } from "../expect-reply.ts";
import { ask, describe, expectReply, expectSilence } from "../expect-reply.ts";
import { freshId, optRecord, packet, query } from "../query-packet.ts";
import { raw, words } from "../raw.ts";
import type { Row, Transport } from "../row.ts";

const WWW = "www.example.org. A";
/** The header behind the id: one question, RD. */
const ONE = "0100 0001 0000 0000 0000";
const A_RECORD = raw("(www.example.org.) 0001 0001 0000 0000 0004 c0000201");

async function expectFormerr(on: Transport, asked: Buffer): Promise<void> {
  const { rcode, answer, authority } = describe(await ask(on, asked));
  const octets = asked.subarray(2).toString("hex");
  expect({ octets, rcode, answer, authority }).toEqual({
    octets,
    rcode: "FORMERR",
    answer: [],
    authority: [],
  });
}

async function expectFormerrs(on: Transport, asked: Iterable<Buffer>): Promise<void> {
  for (const one of asked) await expectFormerr(on, one);
}

function expectAddress(
  on: Transport,
  asked: Buffer,
  edns?: ExpectedReply["edns"],
): Promise<Buffer> {
  return expectReply(on, asked, { flags: "QR AA RD", answer: [WWW_A], ...(edns ? { edns } : {}) });
}

/** A question whose name is these octets. */
function named(octets: string): Buffer {
  return packet(`${ONE} ${octets} 0001 0001`);
}

function withId(rest: Buffer): Buffer {
  return Buffer.concat([words(freshId()), rest.subarray(2)]);
}

/** Every beginning of a query that has at least a header and is not the whole. */
function* beginnings(whole: Buffer): Iterable<Buffer> {
  for (let length = 12; length < whole.length; length++) yield withId(whole.subarray(0, length));
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}

/** Messages that are too short, or whose counts are not true. */
const countRows: readonly Row[] = [
  {
    id: "M01, M02",
    rfc: "1035 §4.1.1",
    probe: "datagrams of 0 to 11 octets",
    expectation: "no reply",
    coredns: "met",
    over: "datagrams",
    async run(on) {
      const whole = query(WWW);
      const lengths = Array.from({ length: 12 }, (_none, length) => length);
      await expectSilence(on, ...lengths.map((length) => whole.subarray(0, length)));
    },
  },
  {
    id: "M03",
    rfc: "1035 §4.1.2",
    probe: "QDCOUNT 0, no OPT",
    expectation: "FORMERR",
    coredns: "met",
    run: (on) => expectFormerr(on, packet("0100 0000 0000 0000 0000")),
  },
  {
    id: "M04",
    rfc: "7873 §5.4, 6891 §6.1.1",
    probe: "QDCOUNT 0 and a COOKIE",
    expectation: "FORMERR, as without cookies, with OPT",
    coredns: "partly: no OPT in the reply",
    async run(on) {
      const opt = optRecord({ options: [[10, "0102030405060708"]] });
      const asked = Buffer.concat([packet("0000 0000 0000 0000 0001"), opt]);
      await expectReply(on, asked, { rcode: "FORMERR", flags: "QR", edns: {} });
    },
  },
  {
    id: "M05",
    rfc: "9619 §4",
    probe: "QDCOUNT 2",
    expectation: "FORMERR",
    coredns: "met",
    run: (on) =>
      expectFormerr(
        on,
        packet(`0100 0002 0000 0000 0000 ${`(www.example.org.) 0001 0001`.repeat(2)}`),
      ),
  },
  {
    id: "M05a",
    rfc: "9619 §4",
    probe: "QDCOUNT 2 to 65535, with one question, two, or none",
    expectation: "FORMERR",
    coredns: "met",
    async run(on) {
      for (const count of [2, 3, 4, 255, 256, 32_768, 65_535]) {
        for (const questions of [0, 1, 2, 3]) {
          const body = "(www.example.org.) 0001 0001".repeat(questions);
          await expectFormerr(on, packet(`0100 ${hex(count, 4)} 0000 0000 0000 ${body}`));
        }
      }
    },
  },
  {
    id: "M06",
    rfc: "1035 §4.1.2",
    probe: "QDCOUNT 1 and nothing behind the header",
    expectation: "FORMERR",
    coredns: "not met: SERVFAIL",
    run: (on) => expectFormerr(on, packet(ONE)),
  },
  {
    id: "M07, M08",
    rfc: "9267 §3",
    probe: "cut in a label; cut in the type",
    expectation: "FORMERR",
    coredns: "met",
    run: (on) => expectFormerrs(on, [packet(`${ONE} 03 7777`), packet(`${ONE} (www.) 00`)]),
  },
  {
    id: "M08a",
    rfc: "9267 §3",
    probe: "cut at each octet behind the header: without OPT, with OPT, with options",
    expectation: "FORMERR",
    coredns: "not met: SERVFAIL without a question",
    async run(on) {
      await expectFormerrs(on, beginnings(query(WWW)));
      await expectFormerrs(on, beginnings(query(WWW, { opt: {} })));
      const opt = {
        options: [
          [3, ""],
          [100, "0102"],
        ] as const,
      };
      await expectFormerrs(on, beginnings(query(WWW, { opt })));
    },
  },
  {
    id: "M17",
    rfc: "1035 §4.1",
    probe: "4 octets behind the message",
    expectation: "ignored, never sent back",
    coredns: "met",
    run: (on) => expectAddress(on, query(WWW, { tail: raw("deadbeef") })).then(() => {}),
  },
  {
    id: "M17a",
    rfc: "1035 §4.1",
    probe: "1 to 1,000 octets behind the message or behind its OPT",
    expectation: "ignored, never sent back",
    coredns: "met",
    async run(on) {
      for (const length of [1, 2, 11, 12, 100, 511, 512, 513, 1000]) {
        const tail = Buffer.alloc(length, 0xa5);
        await expectAddress(on, query(WWW, { tail }));
        await expectAddress(on, query(WWW, { tail, opt: {} }), {});
      }
    },
  },
  {
    id: "M18",
    rfc: "1035 §4.1",
    probe: "ANCOUNT 1 in a QUERY",
    expectation: "FORMERR",
    coredns: "not met: ignored",
    run: (on) => expectFormerr(on, query(WWW, { records: { answer: A_RECORD } })),
  },
  {
    id: "M18a",
    rfc: "1035 §4.1, 6891 §6.1.1",
    probe: "a record in the answer or authority section, without OPT and with it",
    expectation: "FORMERR, with OPT for those who sent one",
    coredns: "not met: ignored",
    async run(on) {
      for (const records of [{ answer: A_RECORD }, { authority: A_RECORD }]) {
        await expectFormerr(on, query(WWW, { records }));
        await expectFormerr(on, query(WWW, { records, opt: {} }));
      }
    },
  },
  {
    id: "M18b",
    rfc: "1035 §4.1",
    probe: "a record in the additional section, its owner a pointer to the question",
    expectation: "ignored",
    coredns: "met",
    async run(on) {
      const additional = raw("c00c 0001 0001 0000 0000 0004 c0000201");
      await expectAddress(on, query(WWW, { records: { additional } }));
      await expectAddress(on, query(WWW, { records: { additional }, opt: {} }), {});
    },
  },
  {
    id: "M19",
    rfc: "9267 §6",
    probe: "four counts of 65535 and 12 octets",
    expectation: "FORMERR",
    coredns: "met",
    run: (on) => expectFormerr(on, packet("0100 ffff ffff ffff ffff")),
  },
  {
    id: "M19a",
    rfc: "9267 §6",
    probe: "each count 1, 255 or 65535 where there are no records",
    expectation: "FORMERR",
    coredns: "not met: ignored",
    async run(on) {
      for (const count of [1, 255, 65_535]) {
        await expectFormerr(on, query(WWW, { counts: [1, count, 0, 0] }));
        await expectFormerr(on, query(WWW, { counts: [1, 0, count, 0] }));
        await expectFormerr(on, query(WWW, { counts: [1, 0, 0, count] }));
      }
    },
  },
  {
    id: "M20",
    rfc: "9267 §5",
    probe: "RDLENGTH past the end",
    expectation: "FORMERR",
    coredns: "met",
    async run(on) {
      for (const length of ["0005", "0100", "ffff"]) {
        const additional = raw(`(www.example.org.) 0001 0001 0000 0000 ${length} c0000201`);
        await expectFormerr(on, query(WWW, { records: { additional } }));
      }
    },
  },
  {
    id: "M24",
    rfc: "9619 §4",
    probe: "60 kilooctets of questions, QDCOUNT 10,000",
    expectation: "FORMERR, from the header",
    coredns: "met",
    run: (on) =>
      expectFormerr(on, packet(`0100 2710 0000 0000 0000 ${"00 0001 0001".repeat(10_000)}`)),
  },
];

const LABEL_63 = `3f${"61".repeat(63)}`;

/** Names that are none, and names that only look odd. */
const nameRows: readonly Row[] = [
  {
    id: "M09, M10",
    rfc: "1035 §4.1.4",
    probe: "labels that begin with the bits 01 or 10, at the front and behind a label",
    expectation: "FORMERR",
    coredns: "met",
    async run(on) {
      for (let octet = 0x40; octet < 0xc0; octet++) {
        const label = hex(octet, 2) + "61".repeat(octet & 0x3f);
        await expectFormerrs(on, [named(`${label} 00`), named(`03777777 ${label} 00`)]);
      }
    },
  },
  {
    id: "M11",
    rfc: "1035 §2.3.4",
    probe: "a name of 255 octets: of long labels, and of 127 labels",
    expectation: "NXDOMAIN, as for every name that is not there",
    coredns: "met",
    async run(on) {
      // example.org. takes 13 octets.
      const long = `${LABEL_63.repeat(3)} 31${"61".repeat(49)}`;
      const many = "0161".repeat(121);
      for (const front of [long, many]) {
        const asked = named(`${front} (example.org.)`);
        const { rcode } = describe(await ask(on, asked));
        expect([rcode, asked.length]).toEqual(["NXDOMAIN", 12 + 255 + 4]);
      }
    },
  },
  {
    id: "M12",
    rfc: "1035 §2.3.4",
    probe: "a name of 256 octets and more",
    expectation: "FORMERR",
    coredns: "met",
    async run(on) {
      for (const octets of [50, 51, 60, 63]) {
        const front = `${LABEL_63.repeat(3)} ${hex(octets, 2)}${"61".repeat(octets)}`;
        await expectFormerr(on, named(`${front} (example.org.)`));
      }
      await expectFormerr(on, named(`${"0161".repeat(122)} (example.org.)`));
      await expectFormerr(on, named(`${LABEL_63.repeat(20)} (example.org.)`));
    },
  },
  {
    id: "M13",
    rfc: "9267 §2",
    probe: "a pointer to itself; a label and a pointer to it",
    expectation: "FORMERR",
    coredns: "met",
    run: (on) => expectFormerrs(on, [named("c00c"), named("0161 c00c"), named("0161 c00e")]),
  },
  {
    id: "M14",
    rfc: "1035 §4.1.4",
    probe: "a pointer forward, to a good name behind the question",
    expectation: "FORMERR: it does not point to a prior name",
    coredns: "not met: accepted",
    run: (on) => expectFormerrs(on, [packet(`${ONE} c012 0001 0001 (www.example.org.)`)]),
  },
  {
    id: "M15",
    rfc: "9267 §2",
    probe: "a pointer to each octet of the header",
    expectation: "FORMERR",
    coredns: "not met: accepted where the header can be read as a name",
    async run(on) {
      for (let at = 0; at < 12; at++) await expectFormerr(on, named(`c0${hex(at, 2)}`));
    },
  },
  {
    id: "M16",
    rfc: "9267 §2",
    probe: "a pointer past the end; half a pointer",
    expectation: "FORMERR",
    coredns: "met",
    run: (on) => expectFormerrs(on, [named("ffff"), named("c0ff"), packet(`${ONE} c0`)]),
  },
  {
    id: "M16a",
    rfc: "9267 §2",
    probe: "the owner of an additional record a pointer to itself, forward, or into a ring of two",
    expectation: "FORMERR",
    coredns: "not met: some accepted",
    async run(on) {
      // The question of the root ends at octet 17.
      const owners = ["c011", "c013", "c0ff", "0161 c011", "c000", "40", "80"];
      const rest = "0001 0001 0000 0000 0004 c0000201";
      await expectFormerrs(
        on,
        owners.map((owner) => packet(`0100 0001 0000 0000 0001 00 0001 0001 ${owner} ${rest}`)),
      );
    },
  },
  {
    id: "M21",
    rfc: "2181 §11",
    probe: "the label `\\000bin`",
    expectation: "its record, the octet kept in the question and in the owner",
    coredns: "met",
    async run(on) {
      const asked = String.raw`\000bin.example.org.`;
      const answer = [`${asked} 300 IN A 192.0.2.2`];
      await expectReply(on, query(`${asked} A`), { flags: "QR AA RD", answer });
    },
  },
  {
    id: "M21a",
    rfc: "2181 §11",
    probe: "each of the 256 octets as a label",
    expectation: "NXDOMAIN, the octet kept",
    coredns: "met",
    async run(on) {
      for (let octet = 0; octet < 256; octet++) {
        const { rcode } = describe(await ask(on, named(`01${hex(octet, 2)} (example.org.)`)));
        expect(rcode).toBe("NXDOMAIN");
      }
    },
  },
  {
    id: "M22, M23",
    rfc: "1035 §5.1",
    probe: "one label `esc.dot`; the two labels `esc` and `dot`",
    expectation: "its record; NXDOMAIN",
    coredns: "met",
    async run(on) {
      const asked = String.raw`esc\.dot.example.org.`;
      const answer = [`${asked} 300 IN A 192.0.2.3`];
      await expectReply(on, query(`${asked} A`), { flags: "QR AA RD", answer });
      expect(describe(await ask(on, query("esc.dot.example.org. A"))).rcode).toBe("NXDOMAIN");
    },
  },
];

export const malformedRows: readonly Row[] = [...countRows, ...nameRows];
