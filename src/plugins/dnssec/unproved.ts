import { aliasTargets, endOfAliases } from "../../dns/aliases.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Reply } from "../../server/contract/reply.ts";

/** What has to be proved to a client that validates: that a name has no such type, or is a cut without DS records. */
export interface Unproved {
  readonly what: "denial" | "unsigned";
  readonly name: Name;
  /** Whose TTL the proof has. */
  readonly basis: ResourceRecord;
}

/**
 * What there is to prove of a reply; undefined if it is an answer, or brings proofs of its own.
 * @param cut where it refers to another zone, if it does
 */
export function unprovedBy(
  query: Query,
  reply: Reply,
  cut: ResourceRecord | undefined,
): Unproved | undefined {
  const { rcode, authority } = reply;
  if (rcode !== Rcode.NOERROR && rcode !== Rcode.NXDOMAIN) return undefined;
  if (authority.some(({ type }) => type === RrType.NSEC || type === RrType.NSEC3)) return undefined;
  const soa = authority.find(({ type }) => type === RrType.SOA);
  const denied = soa && deniedBy(query, reply);
  if (denied) return { what: "denial", name: denied, basis: soa };
  if (!cut || authority.some(({ type }) => type === RrType.DS)) return undefined;
  return { what: "unsigned", name: cut.owner, basis: cut };
}

/** The name that its last alias leads to, if there is nothing of it in the answer. */
function deniedBy({ qname }: Query, { rcode, answer }: Reply): Name | undefined {
  const key = endOfAliases(qname.key, aliasTargets(answer));
  if (key === undefined) return undefined;
  const isAnswered = answer.some(({ owner }) => owner.key === key);
  if (isAnswered && rcode === Rcode.NOERROR) return undefined;
  return key === qname.key ? qname : Name.fromWire(key, key);
}
