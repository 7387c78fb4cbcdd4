import { HEADER_OCTETS } from "../../dns/header.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import { WireWriter } from "../../dns/wire-writer.ts";

export interface TransferQuestion {
  readonly origin: Name;
  /** The version that is there already, for its differences to the newest one (RFC 1995 §3); without it the whole zone is asked for. */
  readonly since: ResourceRecord | undefined;
}

export function qtypeOf({ since }: TransferQuestion): number {
  return since ? RrType.IXFR : RrType.AXFR;
}

/** The query of a transfer: AXFR (RFC 5936 §2.1), or IXFR with the SOA record that is known in its authority section. */
export function transferQuery(question: TransferQuestion, id: number): Buffer {
  const { origin, since } = question;
  const recordOctets = since ? since.owner.wire.length + 10 + since.rdata.length : 0;
  const octets = HEADER_OCTETS + origin.wire.length + 4 + recordOctets;
  const writer = new WireWriter(Buffer.alloc(octets));
  writer.u16(id);
  writer.u16(0);
  writer.u16(1);
  writer.u16(0);
  writer.u16(since ? 1 : 0);
  writer.u16(0);
  writer.name(origin);
  writer.u16(qtypeOf(question));
  writer.u16(RrClass.IN);
  if (since) {
    writer.name(since.owner);
    writer.u16(since.type);
    writer.u16(since.class);
    writer.u32(since.ttlSeconds);
    writer.u16(since.rdata.length);
    writer.octets(since.rdata);
  }
  return writer.copy();
}
