import { expect } from "vitest";
import { parseMessage } from "../../../src/dns/message.ts";
import { WWW_A } from "../example-zone.ts";
import { ask, describe, expectReply } from "../expect-reply.ts";
import type { OptParts } from "../query-packet.ts";
import { DO, optRecord, query } from "../query-packet.ts";
import { raw } from "../raw.ts";
import type { Row, Transport } from "../row.ts";

const WWW = "www.example.org. A";
const BIG = "big.example.org. TXT";

/** Asks for an address with this OPT and expects it with an OPT that has nothing in it. */
async function expectBareOpt(on: Transport, opt: OptParts, isDo = false): Promise<void> {
  const edns = isDo ? { do: true } : {};
  await expectReply(on, query(WWW, { opt }), { flags: "QR AA RD", answer: [WWW_A], edns });
}

async function expectRcode(on: Transport, asked: Buffer, rcode: string): Promise<void> {
  const { answer, ...reply } = describe(await ask(on, asked));
  expect([asked.toString("hex"), reply.rcode, answer]).toEqual([asked.toString("hex"), rcode, []]);
}

const versionRows: readonly Row[] = [
  {
    id: "E01",
    rfc: "6891 §6.1.1",
    probe: "OPT of version 0",
    expectation: "OPT of version 0, no flags, our own payload size",
    coredns: "met",
    run: (on) => expectBareOpt(on, {}),
  },
  {
    id: "E02, E03, E06",
    rfc: "6891 §6.1.3",
    probe: "version 1; version 100 and an option; version 1 and a flag",
    expectation: "BADVERS, the question, OPT of version 0 and our own size, AA=0, no records",
    coredns: "partly: size 0 in OPT",
    async run(on) {
      await expectVersion(on, { version: 1 });
      await expectVersion(on, { version: 100, options: [[100, "0102"]] });
      await expectVersion(on, { version: 1, flags: 0x0040 });
    },
  },
  {
    id: "E06a",
    rfc: "6891 §6.1.3",
    probe: "each of the versions 1 to 255, also with DO",
    expectation: "BADVERS, DO not copied: what it means there is not known",
    coredns: "partly: size 0 in OPT",
    async run(on) {
      for (let version = 1; version < 256; version++) {
        await expectVersion(on, { version, flags: version % 2 === 0 ? DO : 0 });
      }
    },
  },
  {
    id: "E05",
    rfc: "6891 §6.1.4",
    probe: "EDNS flag 0x40",
    expectation: "cleared",
    coredns: "met",
    run: (on) => expectBareOpt(on, { flags: 0x0040 }),
  },
  {
    id: "E05a",
    rfc: "6891 §6.1.4",
    probe: "each EDNS flag by itself; all of them; an extended RCODE",
    expectation: "cleared, but for DO",
    coredns: "met",
    async run(on) {
      for (let bit = 0; bit < 15; bit++) await expectBareOpt(on, { flags: 1 << bit });
      await expectBareOpt(on, { flags: 0xffff }, true);
      await expectBareOpt(on, { flags: 0x7fff });
      await expectBareOpt(on, { extendedRcode: 255 });
    },
  },
  {
    id: "E07",
    rfc: "3225 §3",
    probe: "DO=1",
    expectation: "DO copied",
    coredns: "met",
    run: (on) => expectBareOpt(on, { flags: DO }, true),
  },
];

async function expectVersion(on: Transport, opt: OptParts): Promise<void> {
  await expectReply(on, query(WWW, { opt }), { rcode: "BADVERS", edns: {} });
}

const shapeRows: readonly Row[] = [
  {
    id: "E08",
    rfc: "6891 §6.1.1",
    probe: "two OPT records, side by side and with a record between them",
    expectation: "FORMERR",
    coredns: "not met: NOERROR",
    async run(on) {
      const records = { additional: optRecord() };
      await expectRcode(on, query(WWW, { records, opt: {} }), "FORMERR");
      const between = Buffer.concat([optRecord(), raw("c00c 0001 0001 00000000 0004 c0000201")]);
      const parts = { records: { additional: between }, opt: {} };
      await expectRcode(on, query(WWW, { ...parts, counts: [1, 0, 0, 3] }), "FORMERR");
    },
  },
  {
    id: "E09",
    rfc: "6891 §6.1.2",
    probe: "OPT whose owner is `a.`, the question's name, or a pointer to it",
    expectation: "FORMERR",
    coredns: "not met: NOERROR",
    async run(on) {
      for (const owner of ["(a.)", "(www.example.org.)", "c00c", "c018"]) {
        const additional = Buffer.concat([raw(owner), optRecord().subarray(1)]);
        await expectRcode(on, query(WWW, { records: { additional } }), "FORMERR");
      }
    },
  },
  {
    id: "E10",
    rfc: "6891 §6.1.1",
    probe: "OPT in the answer section, in the authority section",
    expectation: "FORMERR",
    coredns: "not met: ignored",
    async run(on) {
      for (const section of ["answer", "authority"] as const) {
        const records = { [section]: optRecord() };
        await expectRcode(on, query(WWW, { records }), "FORMERR");
        await expectRcode(on, query(WWW, { records, opt: {} }), "FORMERR");
      }
    },
  },
  {
    id: "E11",
    rfc: "6891 §6.1.2",
    probe: "an option longer than RDLENGTH, an option without a length, half a code",
    expectation: "FORMERR",
    coredns: "met",
    async run(on) {
      const head = "00 0029 04d0 00000000";
      for (const rdata of [
        "0006 0064 0003 0102",
        "0004 0064 0001",
        "0005 0064 ffff 01",
        "0003 0064 00",
        "0002 0064",
        "0001 00",
        "0009 0064 0001 01 0065 0001",
      ]) {
        const additional = raw(`${head} ${rdata}`);
        await expectRcode(on, query(WWW, { records: { additional } }), "FORMERR");
      }
    },
  },
  {
    id: "E11a",
    rfc: "6891 §6.1.1",
    probe: "OPT behind another additional record, and in front of one",
    expectation: "answered with OPT: its place in the section is free",
    coredns: "met",
    async run(on) {
      const record = raw("c00c 0001 0001 00000000 0004 c0000201");
      const expected = { flags: "QR AA RD", answer: [WWW_A], edns: {} };
      await expectReply(on, query(WWW, { records: { additional: record }, opt: {} }), expected);
      const additional = Buffer.concat([optRecord(), record]);
      const asked = query(WWW, { records: { additional }, counts: [1, 0, 0, 2] });
      await expectReply(on, asked, expected);
    },
  },
];

/** Asks for more than fits, and gives the size of the reply; its OPT has our own size. */
async function bigReply(on: Transport, opt: OptParts | undefined): Promise<number> {
  const reply = await ask(on, query(BIG, opt ? { opt } : {}));
  const { flags, edns, rcode } = describe(reply);
  expect({ rcode, flags, edns: edns?.payload }).toEqual({
    rcode: "NOERROR",
    flags: "QR AA TC RD",
    edns: opt ? 1232 : undefined,
  });
  // What is there is whole: at least one record, and none more would have fitted.
  expect(parseMessage(reply)?.answer.length).toBeGreaterThan(0);
  return reply.length;
}

/** One record of `big` with its owner compressed. */
const BIG_RECORD_OCTETS = 12 + 1 + 102;

async function expectSize(on: Transport, payloadSize: number, limit: number): Promise<void> {
  const size = await bigReply(on, { payloadSize });
  expect(size).toBeLessThanOrEqual(limit);
  expect(size).toBeGreaterThan(limit - BIG_RECORD_OCTETS);
}

const sizeRows: readonly Row[] = [
  {
    id: "E12",
    rfc: "6891 §6.2.3, §6.2.4",
    probe: "payload size 0, more to say than fits",
    expectation: "at most 512 octets, TC, our own size in OPT",
    coredns: "not met: 0 sent back",
    over: "datagrams",
    run: (on) => expectSize(on, 0, 512),
  },
  {
    id: "E12a",
    rfc: "6891 §6.2.3",
    probe: "each payload size from 0 to 1,300 in steps of 7, and the edges",
    expectation: "as many records as fit it, TC, our own size in OPT",
    coredns: "not met: the client's size sent back",
    over: "datagrams",
    async run(on) {
      const edges = [1, 511, 512, 513, 1231, 1232, 1233, 1280, 1400, 1500, 4096, 65_534];
      const steps = Array.from({ length: 186 }, (_none, i) => i * 7);
      for (const size of [...edges, ...steps]) {
        await expectSize(on, size, Math.min(1232, Math.max(512, size)));
      }
    },
  },
  {
    id: "E13",
    rfc: "1035 §4.2.1, 6891 §7",
    probe: "no OPT, more to say than fits",
    expectation: "at most 512 octets, TC, no OPT",
    coredns: "met",
    over: "datagrams",
    async run(on) {
      expect(await bigReply(on, undefined)).toBeLessThanOrEqual(512);
    },
  },
  {
    id: "E14",
    rfc: "6891 §6.2.5",
    probe: "payload size 1232",
    expectation: "at most 1232 octets, TC",
    coredns: "met",
    over: "datagrams",
    run: (on) => expectSize(on, 1232, 1232),
  },
  {
    id: "E15",
    rfc: "9715 §3.1",
    probe: "payload size 65535",
    expectation: "at most 1232 octets, TC",
    coredns: "not met: 4,653 octets, 65535 sent back",
    over: "datagrams",
    run: (on) => expectSize(on, 65_535, 1232),
  },
  {
    id: "E24",
    rfc: "6891 §6.2.3",
    probe: "queries of 528, 1,000, 1,232 and 4,000 octets",
    expectation: "answered",
    coredns: "not met: FORMERR above 512 octets",
    async run(on) {
      for (const length of [513, 528, 1000, 1232, 4000]) {
        const empty = query(WWW, { opt: { options: [[100, ""]] } });
        const options = [[100, "00".repeat(length - empty.length)]] as const;
        const asked = query(WWW, { opt: { options } });
        expect(asked.length).toBe(length);
        await expectReply(on, asked, { flags: "QR AA RD", answer: [WWW_A], edns: {} });
      }
    },
  },
  {
    id: "E26",
    rfc: "2181 §9",
    probe: "SRV, 512 octets: only additional records do not fit",
    expectation: "TC=0, what does not fit stays behind",
    coredns: "not met: TC=1",
    over: "datagrams",
    async run(on) {
      for (const parts of [{}, { opt: { payloadSize: 512 } }, { opt: {} }]) {
        const reply = await ask(on, query("srv.example.org. SRV", parts));
        const { flags, answer, additional } = describe(reply);
        expect([flags, answer]).toEqual([
          "QR AA RD",
          ["srv.example.org. 300 IN SRV 0 0 80 www.example.org."],
        ]);
        expect(additional.length).toBeGreaterThan(10);
        expect(additional.length).toBeLessThan(90);
      }
    },
  },
];

/** Options that nobody here has a use for, good ones and malformed ones. */
const USELESS: readonly (readonly [string, number, string])[] = [
  ["LLQ", 1, "0001 0001 0000 0000000000000000 00000e10"],
  ["LLQ", 1, "00"],
  ["UL", 2, "00000e10"],
  ["UL", 2, "ff"],
  ["DAU", 5, "08 0d"],
  ["CHAIN", 13, "00"],
  ["KEYTAG", 14, "4a5c"],
  ["EDE", 15, "0000"],
  ["EDE", 15, "00"],
  ["umbrella", 20_292, "01"],
  ["private", 65_001, ""],
  ["the last", 65_535, "ff".repeat(300)],
  ["none", 0, ""],
];

const optionRows: readonly Row[] = [
  {
    id: "E04",
    rfc: "6891 §6.1.2",
    probe: "option 100",
    expectation: "ignored, not sent back",
    coredns: "met",
    run: (on) => expectBareOpt(on, { options: [[100, "0102"]] }),
  },
  {
    id: "E04a",
    rfc: "6891 §6.1.2",
    probe: "options of no use here, good and malformed; 10,000 empty ones over streams, 200 else",
    expectation: "ignored, not sent back",
    coredns: "not met: FORMERR for malformed ones",
    async run(on) {
      for (const [, code, data] of USELESS) await expectBareOpt(on, { options: [[code, data]] });
      const count = on.isStream ? 10_000 : 200;
      const empty = Array.from({ length: count }, (_none, i) => [1_000 + i, ""] as const);
      await expectBareOpt(on, { options: empty });
    },
  },
  {
    id: "E17",
    rfc: "7873 §5.2",
    probe: "COOKIE of 8 octets",
    expectation: "ignored: there are no cookies here",
    coredns: "met (1.14.7: sent back)",
    run: (on) => expectBareOpt(on, { options: [[10, "0102030405060708"]] }),
  },
  {
    id: "E18",
    rfc: "7873 §5.2.2",
    probe: "COOKIE of 5 octets; of each length to 41; two of them",
    expectation: "ignored",
    coredns: "met (1.14.7: sent back)",
    async run(on) {
      for (let length = 0; length <= 41; length++) {
        await expectBareOpt(on, { options: [[10, "07".repeat(length)]] });
      }
      const cookie = [10, "0102030405060708"] as const;
      await expectBareOpt(on, { options: [cookie, cookie] });
    },
  },
  {
    id: "E19",
    rfc: "5001 §2.2",
    probe: "NSID, empty and not",
    expectation: "no NSID: no identifier is configured",
    coredns: "met (1.14.7: sent back empty)",
    async run(on) {
      for (const data of ["", "6162"]) await expectBareOpt(on, { options: [[3, data]] });
    },
  },
  {
    id: "E21",
    rfc: "7828 §3.3.1",
    probe: "KEEPALIVE over UDP, empty and with a time",
    expectation: "ignored",
    coredns: "met (1.14.7: sent back)",
    over: "datagrams",
    async run(on) {
      for (const data of ["", "0064"]) await expectBareOpt(on, { options: [[11, data]] });
    },
  },
  {
    id: "E22",
    rfc: "7830 §6",
    probe: "PADDING in the clear, of 0, 10 and 300 octets",
    expectation: "not padded, not sent back",
    coredns: "met (1.14.7: sent back)",
    async run(on) {
      for (const length of [0, 10, 300]) {
        await expectBareOpt(on, { options: [[12, "00".repeat(length)]] });
      }
    },
  },
  {
    id: "E23",
    rfc: "7871 §7.1",
    probe: "client subnet 0/0; 192.0.2.0/24; malformed ones",
    expectation: "ignored",
    coredns: "partly: FORMERR for malformed ones",
    async run(on) {
      for (const data of [
        "0001 00 00",
        "0001 18 00 c00002",
        "0002 38 00 20010db8000000",
        "00",
        "0003 ff ff",
      ]) {
        await expectBareOpt(on, { options: [[8, data]] });
      }
    },
  },
  {
    id: "E25",
    rfc: "7314 §3",
    probe: "EXPIRE where nothing expires",
    expectation: "not sent back",
    coredns: "met (1.14.7: sent back)",
    async run(on) {
      for (const data of ["", "00000e10"]) await expectBareOpt(on, { options: [[9, data]] });
    },
  },
];

export const ednsRows: readonly Row[] = [...versionRows, ...shapeRows, ...sizeRows, ...optionRows];
