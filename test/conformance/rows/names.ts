import { expect } from "vitest";
import { Rcode } from "../../../src/dns/iana/rcode.ts";
import { emptyReplyTo, startFakeUpstream } from "../../../src/testing/fake-upstream.ts";
import { startServer } from "../../../src/testing/server.ts";
import { DENIAL_SOA, WWW_A, WWW_AAAA } from "../example-zone.ts";
import { ask, describe, expectReply } from "../expect-reply.ts";
import { query } from "../query-packet.ts";
import { raw } from "../raw.ts";
import type { Row, Transport } from "../row.ts";

/** The forwarded zone's SOA record, as in a denial; its TTL is 3600 and its minimum 60. */
const NET_SOA =
  "example.net. 60 IN SOA ns.example.net. hostmaster.example.net. SERIAL 7200 3600 1209600 60";
const NET_NS = "example.net. 3600 IN NS ns.example.net.";
const CLUSTER_SOA =
  "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. SERIAL 7200 1800 86400 5";
const HOSTS_SOA = "hosts.test. 60 IN SOA hosts.test. nobody.invalid. SERIAL 3600 1200 604800 60";

/** `test. 3600 IN SOA . . 7 7200 3600 1209600 60`: our own writer would put the right TTL on it. */
const RAW_SOA = raw(
  "(test.) 0006 0001 00000e10 0016 00 00 00000007 00001c20 00000e10 00127500 0000003c",
);

const SHOP = "shop.svc.cluster.local.";

async function expectDenial(
  on: Transport,
  question: string,
  rcode: string,
  soa: string,
): Promise<void> {
  const expected = { rcode, flags: "QR AA RD", authority: [soa] };
  await expectReply(on, query(question), expected);
  await expectReply(on, query(question, { opt: {} }), { ...expected, edns: {} });
}

async function answers(on: Transport, question: string): Promise<readonly string[]> {
  return describe(await ask(on, query(question))).answer;
}

/** Case, and what is not there. */
const denialRows: readonly Row[] = [
  {
    id: "N01",
    rfc: "4343 §4",
    probe: "`wWw.eXaMpLe.OrG`",
    expectation: "the answer, the question octet by octet as asked",
    coredns: "met",
    async run(on) {
      const reply = await ask(on, query("wWw.eXaMpLe.OrG. A"));
      expect(describe(reply).answer.map((line) => line.toLowerCase())).toEqual([
        WWW_A.toLowerCase(),
      ]);
      expect(reply.includes(Buffer.from("\u0003wWw\u0007eXaMpLe\u0003OrG\0"))).toBe(true);
    },
  },
  {
    id: "N01a",
    rfc: "4343 §4",
    probe: "each 61st of the 2^13 ways to write `www.example.org`; some of each other source",
    expectation: "the answer, the question octet by octet as asked",
    coredns: "met",
    async run(on) {
      const names = ["www.example.org.", "www.hosts.test.", `web.${SHOP}`, "www.example.net."];
      for (const [i, name] of names.entries()) {
        for (let bits = 0; bits < 8192; bits += i === 0 ? 61 : 401) {
          expect(await answers(on, `${inCase(name, bits)} A`)).toHaveLength(1);
        }
      }
    },
  },
  {
    id: "N02, N03",
    rfc: "2308 §3",
    probe: "NODATA, NXDOMAIN in a zone whose SOA has TTL 3600 and minimum 60",
    expectation: "the SOA record with a TTL of 60",
    coredns: "not met: 3600",
    async run(on) {
      await expectDenial(on, "www.example.org. MX", "NOERROR", DENIAL_SOA);
      await expectDenial(on, "nowhere.example.org. A", "NXDOMAIN", DENIAL_SOA);
    },
  },
  {
    id: "N03a",
    rfc: "2308 §3",
    probe: "the same of an upstream",
    expectation: "the SOA record with a TTL of 60",
    coredns: "not measured",
    async run(on) {
      const upstream = await startFakeUpstream(({ packet, reply }) => {
        const rcode = packet.includes("nowhere") ? Rcode.NXDOMAIN : Rcode.NOERROR;
        const denial = emptyReplyTo(packet, rcode);
        denial.writeUInt16BE(1, 8);
        reply(Buffer.concat([denial, RAW_SOA]));
      });
      const corefile = `.:{{PORT}} {\n bind 127.0.0.1\n forward . ${upstream.address}\n}`;
      const server = await startServer({ corefile });
      const there = await on.elsewhere(server.port);
      for (const question of ["www.test. MX", "nowhere.test. A"]) {
        const { authority } = describe(await ask(there, query(question)));
        expect(authority).toEqual(["test. 60 IN SOA . . SERIAL 7200 3600 1209600 60"]);
      }
      there.close();
      await server.stop();
      await upstream.close();
    },
  },
  {
    id: "N03b",
    rfc: "2308 §3",
    probe: "the same of the cluster; the SOA record itself asked for",
    expectation: "TTL and minimum 5; the record's own TTL where it is the answer",
    coredns: "not measured",
    async run(on) {
      await expectDenial(on, `web.${SHOP} MX`, "NOERROR", CLUSTER_SOA);
      await expectDenial(on, `nothing.${SHOP} A`, "NXDOMAIN", CLUSTER_SOA);
      expect(await answers(on, "cluster.local. SOA")).toEqual([CLUSTER_SOA]);
      expect(await answers(on, "example.net. SOA")).toEqual([
        NET_SOA.replace(" 60 IN", " 3600 IN"),
      ]);
    },
  },
  {
    id: "N04, N05",
    rfc: "8020 §2, 4592 §2.2.2",
    probe: "`b.ent` and `ent`, above `a.b.ent`, of templates and of an upstream",
    expectation: "NODATA with the SOA record",
    coredns: "met but for the SOA record's TTL (N02)",
    async run(on) {
      for (const name of ["b.ent", "ent"]) {
        await expectDenial(on, `${name}.example.org. A`, "NOERROR", DENIAL_SOA);
        await expectDenial(on, `${name}.example.net. A`, "NOERROR", NET_SOA);
      }
    },
  },
  {
    id: "N05a",
    rfc: "8020 §2",
    probe: "`svc` and the namespace in the cluster's zone, for each type of data",
    expectation: "NODATA with the SOA record",
    coredns: "not measured",
    async run(on) {
      for (const name of ["svc.cluster.local.", SHOP]) {
        for (const type of ["A", "AAAA", "MX", "HTTPS"]) {
          await expectDenial(on, `${name} ${type}`, "NOERROR", CLUSTER_SOA);
        }
      }
    },
  },
  {
    id: "N06",
    rfc: "8020 §2",
    probe: "`x.www`, below a name with addresses, of each source",
    expectation: "NXDOMAIN",
    coredns: "met but for the SOA record's TTL (N02)",
    async run(on) {
      await expectDenial(on, "x.www.example.org. A", "NXDOMAIN", DENIAL_SOA);
      await expectDenial(on, "x.www.example.net. A", "NXDOMAIN", NET_SOA);
      await expectDenial(on, `x.web.${SHOP} A`, "NXDOMAIN", CLUSTER_SOA);
      await expectDenial(on, `x.y.web.${SHOP} A`, "NXDOMAIN", CLUSTER_SOA);
    },
  },
  {
    id: "N22",
    rfc: "8906 §3.1.1",
    probe: "a zone that is not served, the root, a sibling, a parent",
    expectation: "REFUSED",
    coredns: "met",
    async run(on) {
      const strangers = [".", "org.", "com.", "example.com.", "xexample.org.", "example.org.com."];
      for (const name of [...strangers, "svc.cluster.", "arpa.", "2.ip6.arpa."]) {
        await expectReply(on, query(`${name} A`), { rcode: "REFUSED" });
        await expectReply(on, query(`${name} SOA`, { opt: {} }), { rcode: "REFUSED", edns: {} });
      }
    },
  },
  {
    id: "N23",
    rfc: "2308 §2.2",
    probe: "a name of *hosts*, another type",
    expectation: "NODATA with a SOA record",
    coredns: "not met: no SOA record",
    async run(on) {
      await expectDenial(on, "www.hosts.test. MX", "NOERROR", HOSTS_SOA);
      await expectDenial(on, "four.hosts.test. AAAA", "NOERROR", HOSTS_SOA);
    },
  },
  {
    id: "N23a",
    rfc: "8020 §2",
    probe: "a name that exists, of each source, each type that has a meaning of its own",
    expectation: "NOERROR: no type denies a name that another one has",
    coredns: "not met: SERVFAIL for PTR of a host",
    async run(on) {
      const names = ["www.example.org.", "www.hosts.test.", `web.${SHOP}`, "www.example.net."];
      for (const name of names) {
        for (const type of TYPES) {
          const { rcode } = describe(await ask(on, query(`${name} ${type}`)));
          expect([name, type, rcode]).toEqual([name, type, "NOERROR"]);
        }
      }
    },
  },
];

/** Types that have a meaning of their own somewhere: none may deny a name that exists. */
const TYPES = ["A", "AAAA", "PTR", "SRV", "TXT", "NS", "SOA", "MX", "CNAME", "DS", "HTTPS", "ANY"];

/** The name with the letters in upper case whose bits are set. */
function inCase(name: string, bits: number): string {
  let letter = 0;
  return name.replaceAll(/[a-z]/g, (one) => ((bits >> letter++) & 1 ? one.toUpperCase() : one));
}

/** Wildcards, aliases and cuts. The zone is an upstream's, so that is what is passed on. */
const aliasRows: readonly Row[] = [
  {
    id: "N13",
    rfc: "1034 §3.6.2",
    probe: "a chain of aliases, of an upstream and in the cluster",
    expectation: "the whole chain and the address",
    coredns: "met",
    async run(on) {
      expect(await answers(on, "chain.example.net. A")).toEqual([
        "chain.example.net. 3600 IN CNAME www2.example.net.",
        "www.example.net. 3600 IN A 192.0.2.80",
        "www2.example.net. 3600 IN CNAME www.example.net.",
      ]);
      expect(await answers(on, `chain.${SHOP} A`)).toEqual([
        `alias.${SHOP} 5 IN CNAME www.example.org.`,
        `chain.${SHOP} 5 IN CNAME alias.${SHOP}`,
        WWW_A,
      ]);
      expect(await answers(on, `chain.${SHOP} AAAA`)).toContain(WWW_AAAA);
    },
  },
  {
    id: "N14",
    rfc: "1034 §3.6.2",
    probe: "type CNAME at the head of a chain",
    expectation: "that alias alone",
    coredns: "met",
    async run(on) {
      expect(await answers(on, "chain.example.net. CNAME")).toEqual([
        "chain.example.net. 3600 IN CNAME www2.example.net.",
      ]);
      expect(await answers(on, `chain.${SHOP} CNAME`)).toEqual([
        `chain.${SHOP} 5 IN CNAME alias.${SHOP}`,
      ]);
    },
  },
  {
    id: "N15",
    rfc: "6604 §3",
    probe: "an alias of a name that is not there, of an upstream",
    expectation: "the alias, NXDOMAIN, the SOA record",
    coredns: "met",
    run: (on) =>
      expectReply(on, query("dangling.example.net. A"), {
        rcode: "NXDOMAIN",
        flags: "QR AA RD",
        answer: ["dangling.example.net. 3600 IN CNAME nowhere.example.net."],
        authority: [NET_SOA],
      }).then(() => {}),
  },
  {
    id: "N16",
    rfc: "1034 §5.2.2",
    probe: "aliases in a circle, of an upstream and in the cluster",
    expectation: "no record twice, NOERROR or SERVFAIL, and soon",
    coredns: "not met: 10 records, twice each",
    async run(on) {
      for (const name of ["round.example.net.", `round.${SHOP}`, `self.${SHOP}`]) {
        for (const type of ["A", "AAAA", "CNAME", "TXT"]) {
          const { rcode, answer } = describe(await ask(on, query(`${name} ${type}`)));
          expect(["NOERROR", "SERVFAIL"]).toContain(rcode);
          expect(new Set(answer).size).toBe(answer.length);
        }
      }
    },
  },
  {
    id: "N07, N08, N09",
    rfc: "4592 §3.3",
    probe: "a wildcard's name, its NODATA, two labels deep, of an upstream",
    expectation: "the record of the name asked for; NODATA with the SOA record; the record",
    coredns: "met",
    async run(on) {
      for (const name of ["z.wild.example.net.", "b.a.wild.example.net."]) {
        expect(await answers(on, `${name} A`)).toEqual([`${name} 3600 IN A 192.0.2.200`]);
        await expectDenial(on, `${name} MX`, "NOERROR", NET_SOA);
      }
    },
  },
  {
    id: "N19",
    rfc: "1034 §4.3.2",
    probe: "a name below a cut, of an upstream",
    expectation: "the referral as it is, AA=0, with its glue",
    coredns: "met",
    run: (on) =>
      expectReply(on, query("deep.sub.example.net. A"), {
        flags: "QR RD",
        authority: ["sub.example.net. 3600 IN NS ns.sub.example.net."],
        additional: ["ns.sub.example.net. 3600 IN A 192.0.2.111"],
      }).then(() => {}),
  },
  {
    id: "N20",
    rfc: "4035 §3.1.4.1",
    probe: "DS at a cut, of an upstream",
    expectation: "the parent's NODATA, AA",
    coredns: "met",
    run: (on) => expectDenial(on, "sub.example.net. DS", "NOERROR", NET_SOA),
  },
  {
    id: "N21",
    rfc: "1034 §3.6.3",
    probe: "MX, of an upstream; SRV in the cluster",
    expectation: "the addresses of what it names in the additional section",
    coredns: "met (1.14.7)",
    async run(on) {
      await expectReply(on, query("example.net. MX"), {
        flags: "QR AA RD",
        answer: ["example.net. 3600 IN MX 10 mail.example.net."],
        authority: [NET_NS],
        additional: [
          "mail.example.net. 3600 IN A 192.0.2.25",
          "mail.example.net. 3600 IN AAAA 2001:db8::25",
        ],
      });
      await expectReply(on, query(`_http._tcp.web.${SHOP} SRV`), {
        flags: "QR AA RD",
        answer: [`_http._tcp.web.${SHOP} 5 IN SRV 0 100 80 web.${SHOP}`],
        additional: [`web.${SHOP} 5 IN A 10.96.0.20`],
      });
    },
  },
  {
    id: "N26",
    rfc: "2181 §5.2",
    probe: "a set of records with the TTLs 60, 30 and 300, of an upstream",
    expectation: "all with the least, 30",
    coredns: "not met: passed on",
    async run(on) {
      expect(await answers(on, "mixed.example.net. A")).toEqual([
        "mixed.example.net. 30 IN A 192.0.2.1",
        "mixed.example.net. 30 IN A 192.0.2.2",
        "mixed.example.net. 30 IN A 192.0.2.3",
      ]);
    },
  },
  {
    id: "N27",
    rfc: "1034 §3.6.2",
    probe: "a Service with EndpointSlices of addresses and of type FQDN",
    expectation: "the addresses, never an alias beside them",
    coredns: "not met: A and CNAME (1.14.7)",
    async run(on) {
      const owner = `mixed.${SHOP}`;
      expect(await answers(on, `${owner} A`)).toEqual([`${owner} 5 IN A 10.1.1.1`]);
      for (const type of ["AAAA", "CNAME"])
        expect(await answers(on, `${owner} ${type}`)).toEqual([]);
    },
  },
];

export const nameRows: readonly Row[] = [...denialRows, ...aliasRows];
