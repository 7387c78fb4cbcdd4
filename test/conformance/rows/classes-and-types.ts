import { expect } from "vitest";
import { DENIAL_SOA } from "../example-zone.ts";
import { ask, describe, expectReply } from "../expect-reply.ts";
import { query } from "../query-packet.ts";
import type { Row, Transport } from "../row.ts";

const WWW = "www.example.org.";
/** A name with data from each source there is. */
const NAMES = [WWW, "www.hosts.test.", "web.shop.svc.cluster.local.", "www.example.net."];

/** Asks in a class; there is nothing but the response code. */
async function expectClass(
  on: Transport,
  question: string,
  qclass: number,
  rcode: string,
): Promise<void> {
  await expectReply(on, query(question, { qclass }), { rcode });
  await expectReply(on, query(question, { qclass, opt: {} }), { rcode, edns: {} });
}

async function expectNoData(on: Transport, type: string): Promise<void> {
  const expected = { flags: "QR AA RD", authority: [DENIAL_SOA] };
  await expectReply(on, query(`${WWW} ${type}`), expected);
  await expectReply(on, query(`${WWW} ${type}`, { opt: {} }), { ...expected, edns: {} });
}

async function rcodeOf(on: Transport, question: string): Promise<string> {
  return describe(await ask(on, query(question))).rcode;
}

const classRows: readonly Row[] = [
  {
    id: "C01, C02",
    rfc: "4892 §3, 8906 §3",
    probe: "TXT of version.bind., id.server., hostname.bind. in class CH",
    expectation: "REFUSED: nothing is configured",
    coredns: "met",
    async run(on) {
      for (const name of ["version.bind.", "id.server.", "hostname.bind.", "version.server."]) {
        await expectClass(on, `${name} TXT`, 3, "REFUSED");
      }
    },
  },
  {
    id: "C03, C04, C05",
    rfc: "1034 §3.6, 6895 §3.2",
    probe: "classes CH, ANY, NONE on a name with data in IN, of each source",
    expectation: "REFUSED",
    coredns: "not met: answered",
    async run(on) {
      for (const name of NAMES) {
        for (const qclass of [3, 255, 254]) await expectClass(on, `${name} A`, qclass, "REFUSED");
      }
    },
  },
  {
    id: "C06",
    rfc: "6895 §3.2",
    probe: "class 0",
    expectation: "FORMERR",
    coredns: "not met: answered",
    async run(on) {
      for (const name of NAMES) await expectClass(on, `${name} A`, 0, "FORMERR");
    },
  },
  {
    id: "C06a",
    rfc: "6895 §3.2",
    probe: "classes 2, 4, 5, each power of two and its neighbours, 65535",
    expectation: "REFUSED",
    coredns: "not met: answered",
    async run(on) {
      const powers = Array.from({ length: 15 }, (_none, i) => 4 << i).filter((one) => one < 65_536);
      for (const power of powers) {
        for (const qclass of [power - 1, power, power + 1]) {
          await expectClass(on, `${WWW} A`, qclass, "REFUSED");
        }
      }
      for (const qclass of [2, 65_535]) await expectClass(on, `${WWW} A`, qclass, "REFUSED");
    },
  },
];

const typeRows: readonly Row[] = [
  {
    id: "Q01",
    rfc: "6895 §3.1",
    probe: "type 0",
    expectation: "FORMERR",
    coredns: "not met: NODATA",
    async run(on) {
      for (const name of NAMES) expect(await rcodeOf(on, `${name} TYPE0`)).toBe("FORMERR");
    },
  },
  {
    id: "Q02",
    rfc: "3597 §5, 8906 §8.1.2",
    probe: "TYPE1000",
    expectation: "NODATA with the SOA record, AA",
    coredns: "met but for the SOA record's TTL (N02)",
    run: (on) => expectNoData(on, "TYPE1000"),
  },
  {
    id: "Q02a",
    rfc: "3597 §5",
    probe: "types without data: known, obsolete, unassigned, private",
    expectation: "NODATA with the SOA record, AA",
    coredns: "met but for the SOA record's TTL (N02)",
    async run(on) {
      const types = ["MX", "TXT", "CAA", "DS", "DNSKEY", "NULL", "A6", "WKS", "HINFO", "NSEC"];
      const numbers = [127, 128, 248, 256, 32_767, 32_769, 61_439, 65_279, 65_280, 65_534, 65_535];
      for (const type of [...types, ...numbers.map((number) => `TYPE${number}`)]) {
        await expectNoData(on, type);
      }
    },
  },
  {
    id: "Q02b",
    rfc: "6895 §3.1",
    probe: "each 211th type and each type from 100 to 260, on a Service",
    expectation: "NOERROR, or what is said of the types that are no data",
    coredns: "not measured",
    async run(on) {
      const meta = new Map([
        [249, "NOTIMP"],
        [250, "NOTIMP"],
        [251, "REFUSED"],
        [252, "REFUSED"],
        [253, "NOTIMP"],
        [254, "NOTIMP"],
      ]);
      const steps = Array.from({ length: 310 }, (_none, i) => 1 + i * 211);
      const near = Array.from({ length: 161 }, (_none, i) => 100 + i);
      for (const type of [...steps, ...near]) {
        const rcode = await rcodeOf(on, `web.shop.svc.cluster.local. TYPE${type}`);
        expect([type, rcode]).toEqual([type, meta.get(type) ?? "NOERROR"]);
      }
    },
  },
  {
    id: "Q03",
    rfc: "3597 §3",
    probe: "TYPE65400 as it is stored, of our own and of an upstream's",
    expectation: "its octets unchanged, though they look like a compressed name",
    coredns: "met (1.14.7)",
    async run(on) {
      for (const [name, ttl] of [
        ["odd.example.org.", 300],
        ["odd.example.net.", 3600],
      ] as const) {
        const reply = await ask(on, query(`${name} TYPE65400`));
        const answer = [`${name} ${ttl} IN TYPE65400 \\# 6 0161C00C0000`];
        expect(describe(reply).answer.map((line) => line.toUpperCase())).toEqual(
          answer.map((line) => line.toUpperCase()),
        );
        expect(reply.includes(Buffer.from("00060161c00c0000", "hex"))).toBe(true);
      }
    },
  },
  {
    id: "Q04",
    rfc: "8482 §4",
    probe: "ANY on a name that exists, of each source",
    expectation: "HINFO or one RRset, never NODATA",
    coredns: "not met: NODATA",
    async run(on) {
      for (const name of NAMES.filter((one) => one !== "www.example.net.")) {
        const { rcode, flags, answer } = describe(await ask(on, query(`${name} ANY`)));
        const types = new Set(answer.map((line) => line.split(" ")[3]));
        expect([name, rcode, flags, types.size]).toEqual([name, "NOERROR", "QR AA RD", 1]);
      }
    },
  },
  {
    id: "Q04a",
    rfc: "8482 §4",
    probe: "ANY on a name that does not exist",
    expectation: "NXDOMAIN with the SOA record",
    coredns: "met but for the SOA record's TTL (N02)",
    run: (on) =>
      expectReply(on, query("nowhere.example.org. ANY"), {
        rcode: "NXDOMAIN",
        flags: "QR AA RD",
        authority: [DENIAL_SOA],
      }).then(() => {}),
  },
  {
    id: "Q06, Q07, Q08",
    rfc: "6895 §3.1",
    probe: "types OPT, TSIG, MAILB; TKEY, MAILA",
    expectation: "FORMERR for OPT, NOTIMP for those that are no data",
    coredns: "not met: NODATA",
    async run(on) {
      for (const name of NAMES) {
        expect(await rcodeOf(on, `${name} OPT`)).toBe("FORMERR");
        for (const type of ["TSIG", "MAILB", "TKEY", "MAILA"]) {
          expect(await rcodeOf(on, `${name} ${type}`)).toBe("NOTIMP");
        }
      }
    },
  },
  {
    id: "Q10",
    rfc: "9460 §2.4, 3597 §5",
    probe: "HTTPS and SVCB on a name with addresses only",
    expectation: "NODATA with the SOA record",
    coredns: "met but for the SOA record's TTL (N02)",
    async run(on) {
      await expectNoData(on, "HTTPS");
      await expectNoData(on, "SVCB");
    },
  },
  {
    id: "Q10a",
    rfc: "9460 §2.4",
    probe: "HTTPS and SVCB on a Service, on a host and on an upstream's name",
    expectation: "NODATA with a SOA record",
    coredns: "not met: no SOA record from *hosts*",
    async run(on) {
      for (const name of NAMES.slice(1)) {
        for (const type of ["HTTPS", "SVCB"]) {
          const { rcode, answer, authority } = describe(await ask(on, query(`${name} ${type}`)));
          expect([name, rcode, answer]).toEqual([name, "NOERROR", []]);
          expect(authority).toEqual([expect.stringContaining(" IN SOA ")]);
        }
      }
    },
  },
];

export const classAndTypeRows: readonly Row[] = [...classRows, ...typeRows];
