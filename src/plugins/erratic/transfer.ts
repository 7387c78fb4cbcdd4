import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { AAAA } from "../../dns/rdata/aaaa.ts";
import { NS } from "../../dns/rdata/rfc1035-names.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";

/** All of this is CoreDNS's small zone, whatever its name. */
const SOA_RDATA = SOA.encode({
  mname: Name.parse("sns.dns.icann.org."),
  rname: Name.parse("noc.dns.icann.org."),
  serial: 2018050825,
  refreshSeconds: 7_200,
  retrySeconds: 3_600,
  expireSeconds: 1_209_600,
  minimumSeconds: 3_600,
});
const [A, B] = [Name.parse("a."), Name.parse("b.")];

/** The records of a transfer, the last of which says that it is over (RFC 5936 §2.2): cut, it lacks that. */
export function transferredRecords(zone: Name, isCut: boolean): ResourceRecord[] {
  // Where a label does not fit in front, the zone's name has to do.
  const [a, b] = [A.concat(zone) ?? zone, B.concat(zone) ?? zone];
  const record = (owner: Name, type: number, rdata: Buffer): ResourceRecord => {
    return new ResourceRecord(owner, type, RrClass.IN, 0, rdata);
  };
  const soa = record(zone, RrType.SOA, SOA_RDATA);
  const records = [
    soa,
    record(zone, RrType.NS, NS.encode({ nameserver: b })),
    record(zone, RrType.NS, NS.encode({ nameserver: a })),
    record(a, RrType.AAAA, AAAA.encode({ address: "2001:bd8::53" })),
    record(b, RrType.AAAA, AAAA.encode({ address: "2001:500::54" })),
  ];
  return isCut ? records : [...records, soa];
}
