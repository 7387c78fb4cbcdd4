import { RrType } from "../dns/iana/rr-type.ts";
import type { Name } from "../dns/name.ts";
import { MX } from "../dns/rdata/mx.ts";
import { NS } from "../dns/rdata/rfc1035-names.ts";
import { SRV } from "../dns/rdata/srv.ts";
import { SVCB } from "../dns/rdata/svcb.ts";
import type { Rrset } from "./rrset-store.ts";

/** The names that an RRset leads to, whose addresses its reader is going to ask for (RFC 1035 §3.3, RFC 2782, RFC 9460 §4.1). */
export function targetsOf({ type, rdata }: Rrset): readonly Name[] {
  const target = targetReader(type);
  return target ? rdata.flatMap((one) => target(one) ?? []) : [];
}

/** Whether RRsets of a type lead to names: most of those that are asked for do not. */
export function hasTargets(type: number): boolean {
  return targetReader(type) !== undefined;
}

function targetReader(type: number): ((rdata: Buffer) => Name | undefined) | undefined {
  switch (type) {
    case RrType.NS:
      return (rdata) => NS.decode(rdata)?.nameserver;
    case RrType.MX:
      return (rdata) => MX.decode(rdata)?.exchange;
    case RrType.SRV:
      return (rdata) => SRV.decode(rdata)?.target;
    case RrType.SVCB:
    case RrType.HTTPS:
      return (rdata) => SVCB.decode(rdata)?.target;
    default:
      return undefined;
  }
}
