import { RrType } from "../../../dns/iana/rr-type.ts";
import { Name } from "../../../dns/name.ts";
import { ResourceRecord } from "../../../dns/resource-record.ts";
import type { Query } from "../../../server/contract/query.ts";
import type { Reply } from "../../../server/contract/reply.ts";
import type { ClusterZone } from "./cluster-zone.ts";
import { soaRecord } from "../../../cluster/soa-record.ts";

/**
 * Writes names as the client did: its own name where it is an owner, and the zone's part of all
 * other names. Records are kept in lower case; some resolvers mix the case of their questions
 * (0x20) and compare.
 */
export function inQueryCase(reply: Reply, query: Query, zone: ClusterZone, serial: number): Reply {
  const { qname } = query;
  const start = qname.wire.length - zone.name.wire.length;
  const apex = Name.fromWire(qname.wire.slice(start), zone.name.key);
  reply.answer = reply.answer.map((record) => recaseAnswer(record, qname, apex));
  reply.additional = reply.additional.map((record) => recaseAddress(record, apex));
  if (reply.authority.length > 0) reply.authority = [soaRecord(apex, serial, zone.ttlSeconds)];
  return reply;
}

/** What follows an alias keeps the case in which the alias names it. */
function recaseAnswer(record: ResourceRecord, qname: Name, apex: Name): ResourceRecord {
  const { type, ttlSeconds, rdata } = record;
  if (!record.owner.equals(qname)) return record;
  const namesZone = type === RrType.SRV || type === RrType.NS;
  const recased = namesZone ? recaseRdata(rdata, apex) : rdata;
  return new ResourceRecord(qname, type, record.class, ttlSeconds, recased);
}

function recaseAddress(record: ResourceRecord, apex: Name): ResourceRecord {
  const { wire, key } = record.owner;
  return record.withOwner(Name.fromWire(wire.slice(0, -apex.wire.length) + apex.wire, key));
}

/** RDATA that ends with a name of the zone. */
function recaseRdata(rdata: Buffer, apex: Name): Buffer {
  const recased = Buffer.from(rdata);
  recased.write(apex.wire, rdata.length - apex.wire.length, "latin1");
  return recased;
}
