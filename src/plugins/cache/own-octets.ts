import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Reply } from "../../server/contract/reply.ts";

/**
 * Copies the octets of a reply into memory of their own. Small buffers are parts of larger ones,
 * which they keep from being freed as a whole: a few octets of an address may hold 8 KB or a packet.
 */
export function ownOctets(reply: Reply): void {
  const sections = [reply.answer, reply.authority, reply.additional];
  let total = 0;
  for (const records of sections) for (const { rdata } of records) total += rdata.length;
  for (const { data } of reply.options) total += data.length;
  if (total === 0) return;
  // Written in full below.
  const memory = Buffer.allocUnsafeSlow(total);
  let at = 0;
  const own = (octets: Buffer): Buffer => {
    const start = at;
    at += octets.copy(memory, start);
    return memory.subarray(start, at);
  };
  const ownRecord = ({ owner, type, class: rrClass, ttlSeconds, rdata }: ResourceRecord) => {
    return new ResourceRecord(owner, type, rrClass, ttlSeconds, own(rdata));
  };
  reply.answer = reply.answer.map(ownRecord);
  reply.authority = reply.authority.map(ownRecord);
  reply.additional = reply.additional.map(ownRecord);
  reply.options = reply.options.map(({ code, data }) => ({ code, data: own(data) }));
}
