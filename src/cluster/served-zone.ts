import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { A } from "../dns/rdata/a.ts";
import { AAAA } from "../dns/rdata/aaaa.ts";
import { ResourceRecord } from "../dns/resource-record.ts";
import { soaRecord } from "./soa-record.ts";

/** A zone that names of a cluster's objects are served in. */
export class ServedZone {
  readonly name: Name;
  readonly ttlSeconds: number;

  constructor(name: Name, ttlSeconds: number) {
    this.name = name;
    this.ttlSeconds = ttlSeconds;
  }

  record(owner: Name, type: number, rdata: Buffer): ResourceRecord {
    return new ResourceRecord(owner, type, RrClass.IN, this.ttlSeconds, rdata);
  }

  /** The A or AAAA records among canonical addresses. */
  addresses(owner: Name, type: number, addresses: readonly string[]): ResourceRecord[] {
    const own = addresses.filter((address) => typeOf(address) === type);
    return own.map((address) => this.address(owner, address));
  }

  address(owner: Name, address: string): ResourceRecord {
    const type = typeOf(address);
    const rdata = type === RrType.A ? A.encode({ address }) : AAAA.encode({ address });
    return this.record(owner, type, rdata);
  }

  /** @param origin the zone's name, in the case wanted */
  soa(origin: Name, serial: number): ResourceRecord {
    return soaRecord(origin, serial, this.ttlSeconds);
  }
}

function typeOf(address: string): number {
  return address.includes(":") ? RrType.AAAA : RrType.A;
}
