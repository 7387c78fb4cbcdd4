import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { DNAME } from "../../dns/rdata/dname.ts";
import { MX } from "../../dns/rdata/mx.ts";
import { NAPTR } from "../../dns/rdata/naptr.ts";
import { CNAME, NS, PTR } from "../../dns/rdata/rfc1035-names.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { SRV } from "../../dns/rdata/srv.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Reply } from "../../server/contract/reply.ts";
import type { ReplyEdit } from "./asked-question.ts";
import type { Renaming } from "./renaming.ts";

/** Changes the owners of records. */
export function renameOwners(renaming: Renaming): ReplyEdit {
  return editRecords((record) => {
    const owner = renaming(record.owner);
    return owner === record.owner ? record : record.withOwner(owner);
  });
}

/** Changes the name in the data of records that have one; of a SOA record that of the server. */
export function renameValues(renaming: Renaming): ReplyEdit {
  return editRecords((record) => {
    const rdata = renameRdata(record.type, record.rdata, renaming);
    if (rdata === record.rdata) return record;
    const { owner, type, class: rrClass, ttlSeconds } = record;
    return new ResourceRecord(owner, type, rrClass, ttlSeconds, rdata);
  });
}

/** An edit of each record by itself. Sections in which nothing changes stay the same ones. */
export function editRecords(change: (record: ResourceRecord) => ResourceRecord): ReplyEdit {
  const changeAll = (records: readonly ResourceRecord[]): readonly ResourceRecord[] => {
    const changed = records.map(change);
    return changed.some((record, i) => record !== records[i]) ? changed : records;
  };
  return {
    edit(reply: Reply): void {
      reply.answer = changeAll(reply.answer);
      reply.authority = changeAll(reply.authority);
      reply.additional = changeAll(reply.additional);
    },
  };
}

function renameRdata(type: number, rdata: Buffer, renaming: Renaming): Buffer {
  switch (type) {
    case RrType.CNAME:
      return inField(CNAME, "target", rdata, renaming);
    case RrType.SRV:
      return inField(SRV, "target", rdata, renaming);
    case RrType.PTR:
      return inField(PTR, "target", rdata, renaming);
    case RrType.NS:
      return inField(NS, "nameserver", rdata, renaming);
    case RrType.MX:
      return inField(MX, "exchange", rdata, renaming);
    case RrType.SOA:
      return inField(SOA, "mname", rdata, renaming);
    case RrType.DNAME:
      return inField(DNAME, "target", rdata, renaming);
    case RrType.NAPTR:
      return inField(NAPTR, "replacement", rdata, renaming);
    default:
      return rdata;
  }
}

interface NamedCodec<K extends string, T extends Readonly<Record<K, Name>>> {
  decode(rdata: Buffer): T | undefined;
  encode(value: T): Buffer;
}

function inField<K extends string, T extends Readonly<Record<K, Name>>>(
  codec: NamedCodec<K, T>,
  field: K,
  rdata: Buffer,
  renaming: Renaming,
): Buffer {
  const value = codec.decode(rdata);
  if (!value) return rdata;
  const renamed = renaming(value[field]);
  return renamed === value[field] ? rdata : codec.encode({ ...value, [field]: renamed });
}
