import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { MAX_NAME_OCTETS, Name } from "../../dns/name.ts";
import { A } from "../../dns/rdata/a.ts";
import { AAAA } from "../../dns/rdata/aaaa.ts";
import { NS } from "../../dns/rdata/rfc1035-names.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";

const REFRESH_SECONDS = 7_200;
const RETRY_SECONDS = 1_800;
const EXPIRE_SECONDS = 86_400;
const NS1 = "\u0003ns1";
const HOSTMASTER = "\u000ahostmaster";

/** A zone of names for those outside the cluster, its name in lower case. */
export class ExternalZone {
  readonly name: Name;
  readonly ttlSeconds: number;
  /** What the zone's own names are under, as `dns.example.org`. */
  readonly apex: Name | undefined;
  /** Its only name server. */
  readonly nameServer: Name;

  /** @param apex a label in lower-case wire form */
  constructor(name: Name, apex: string, ttlSeconds: number) {
    this.name = Name.fromWire(name.key, name.key);
    this.ttlSeconds = ttlSeconds;
    this.apex = this.below(apex);
    // A zone so long that nothing fits in front of it names itself instead.
    this.nameServer = this.below(NS1 + apex) ?? this.name;
  }

  /** A name of labels in lower-case wire form below the zone; undefined if it is too long. */
  below(labels: string): Name | undefined {
    const key = labels + this.name.key;
    return key.length > MAX_NAME_OCTETS ? undefined : Name.fromWire(key, key);
  }

  soa(serial: number): ResourceRecord {
    const { apex = this.name, nameServer, ttlSeconds } = this;
    const rdata = SOA.encode({
      mname: nameServer,
      rname: Name.fromWire(`${HOSTMASTER}\0`).concat(apex) ?? apex,
      serial,
      refreshSeconds: REFRESH_SECONDS,
      retrySeconds: RETRY_SECONDS,
      expireSeconds: EXPIRE_SECONDS,
      minimumSeconds: ttlSeconds,
    });
    return new ResourceRecord(this.name, RrType.SOA, RrClass.IN, ttlSeconds, rdata);
  }

  ns(): ResourceRecord {
    const rdata = NS.encode({ nameserver: this.nameServer });
    return new ResourceRecord(this.name, RrType.NS, RrClass.IN, this.ttlSeconds, rdata);
  }

  /** A and AAAA records, each address once. */
  addresses(owner: Name, addresses: readonly string[]): ResourceRecord[] {
    return Array.from(new Set(addresses), (address) => {
      const [type, codec] = address.includes(":") ? [RrType.AAAA, AAAA] : [RrType.A, A];
      const rdata = codec.encode({ address });
      return new ResourceRecord(owner, type, RrClass.IN, this.ttlSeconds, rdata);
    });
  }
}
