import { expectReply } from "../expect-reply.ts";
import { query } from "../query-packet.ts";
import type { Row } from "../row.ts";

const SERVERS = ["zone.test. 300 IN NS ns.zone.test."];
const SOA = ["zone.test. 60 IN SOA ns.zone.test. host.zone.test. SERIAL 3600 600 86400 60"];
const LONG = "b".repeat(60);

/** Of the zone in `zone.test.zone`. */
export const authorityRows: readonly Row[] = [
  {
    id: "N10",
    rfc: "4592 §2.2.2",
    probe: "a name without data below a wildcard's, with names below it",
    expectation: "no data: the wildcard does not stand for what exists",
    coredns: "met",
    async run(on) {
      await expectReply(on, query("x.wild.zone.test A"), { flags: "QR AA RD", authority: SOA });
    },
  },
  {
    id: "N11",
    rfc: "4592 §3.3.1",
    probe: "a name below that one",
    expectation: "NXDOMAIN: the closest name that exists has no wildcard",
    coredns: "met",
    async run(on) {
      await expectReply(on, query("y.x.wild.zone.test A"), {
        rcode: "NXDOMAIN",
        flags: "QR AA RD",
        authority: SOA,
      });
    },
  },
  {
    id: "N12",
    rfc: "4592 §2.3",
    probe: "the wildcard's own name, and one that it stands for",
    expectation: "the record, under the name that was asked for",
    coredns: "met",
    async run(on) {
      for (const name of ["*.wild.zone.test.", "any.thing.wild.zone.test."]) {
        await expectReply(on, query(`${name} A`), {
          flags: "QR AA RD",
          answer: [`${name} 300 IN A 192.0.2.8`],
          authority: SERVERS,
        });
      }
    },
  },
  {
    id: "N17",
    rfc: "6672 §3.1",
    probe: "a name below a DNAME",
    expectation: "the DNAME, a CNAME made of it, and what that leads to",
    coredns: "met",
    async run(on) {
      await expectReply(on, query("www.moved.zone.test A"), {
        flags: "QR AA RD",
        answer: [
          "moved.zone.test. 300 IN DNAME target.zone.test.",
          "www.moved.zone.test. 300 IN CNAME www.target.zone.test.",
          "www.target.zone.test. 300 IN A 192.0.2.7",
        ],
        authority: SERVERS,
      });
    },
  },
  {
    id: "N18",
    rfc: "6672 §2.2",
    probe: "a name that a DNAME makes longer than 255 octets",
    expectation: "YXDOMAIN with the DNAME",
    coredns: "not met: NXDOMAIN",
    async run(on) {
      await expectReply(on, query(`${LONG}.${LONG}.long.zone.test A`), {
        rcode: "YXDOMAIN",
        flags: "QR AA RD",
        answer: [
          `long.zone.test. 300 IN DNAME ${["a", "a", "a"].map((a) => a.repeat(60)).join(".")}.zone.test.`,
        ],
      });
    },
  },
  {
    id: "N28",
    rfc: "1034 §4.3.2",
    probe: "a name in a zone below",
    expectation: "its name servers with their addresses, without AA",
    coredns: "met",
    async run(on) {
      await expectReply(on, query("host.sub.zone.test A"), {
        authority: [
          "sub.zone.test. 300 IN NS ns.sub.zone.test.",
          "sub.zone.test. 300 IN NS ns.zone.test.",
        ],
        additional: ["ns.sub.zone.test. 300 IN A 192.0.2.11", "ns.zone.test. 300 IN A 192.0.2.53"],
      });
    },
  },
];
