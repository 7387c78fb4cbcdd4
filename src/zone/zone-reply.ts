import { Flag } from "../dns/header.ts";
import { ExtendedErrorCode } from "../dns/iana/extended-error.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import type { Name } from "../dns/name.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import { passOn } from "../server/contract/pass-on.ts";
import type { Next } from "../server/contract/plugin.ts";
import type { Query } from "../server/contract/query.ts";
import { QueryError } from "../server/contract/query-error.ts";
import type { Outcome, Result } from "../server/contract/reply.ts";
import { DROPPED, Reply } from "../server/contract/reply.ts";
import { Validity } from "../server/contract/validity.ts";
import type { ZoneAnswer } from "./lookup.ts";
import { lookUp } from "./lookup.ts";
import type { Zone } from "./zone.ts";

/**
 * Answers a query out of a zone that it is in.
 * @param resolve asks the whole server, for where an alias leads out of the zone
 * @throws {QueryError} SERVFAIL if there is no version of the zone
 */
export function replyFrom(zone: Zone, query: Query, resolve: (query: Query) => Result): Result {
  const { data } = zone;
  if (!data) throw noVersion(zone);
  const found = lookUp(data, query);
  query.trace?.note(`zone "${zone.origin.toString()}" has serial ${zone.serial}`);
  const reply = new Reply(
    found.rcode,
    found.isAuthoritative ? Flag.AA : 0,
    zone.validityFor(query.qname),
  );
  reply.answer = found.answer;
  reply.authority = found.authority;
  reply.additional = found.additional;
  return found.target ? withTarget(reply, found, found.target, query, resolve) : reply;
}

/**
 * As `replyFrom`, but names that the zone does not have are the next plugin's, until it has them.
 * @param fallthrough zones for whose names that is so
 */
export function replyOrPassOn(
  zone: Zone,
  query: Query,
  resolve: (query: Query) => Result,
  { fallthrough, next }: { readonly fallthrough: readonly Name[]; readonly next: Next },
): Result {
  const result = replyFrom(zone, query, resolve);
  if (!query.qname.isWithinAny(fallthrough)) return result;
  const orNext = (outcome: Outcome): Result => {
    const isUnknown =
      outcome !== DROPPED && outcome.rcode === Rcode.NXDOMAIN && outcome.answer.length === 0;
    return isUnknown ? passOn(query, next, zone.validity) : outcome;
  };
  return result instanceof Promise ? result.then(orNext) : orNext(result);
}

/** Why nothing can be said of a zone. */
export function noVersion(zone: Zone): QueryError {
  const name = zone.origin.toString();
  const [message, ede, explanation] = zone.hasExpired
    ? [
        `Cannot answer: zone "${name}" has expired`,
        ExtendedErrorCode.INVALID_DATA,
        "the zone has expired: no primary confirms it",
      ]
    : [
        `Cannot answer: there is no good version of zone "${name}"`,
        ExtendedErrorCode.NOT_READY,
        "there is no good version of the zone",
      ];
  const details = { ede, explanation, reason: "no-zone" } as const;
  return new QueryError(Rcode.SERVFAIL, message, details).narrow(zone.validity);
}

/** What the rest of the world says about where the last alias leads; the response code is that of the end (RFC 6604 §3). */
function withTarget(
  reply: Reply,
  { answer }: ZoneAnswer,
  target: Name,
  query: Query,
  resolve: (query: Query) => Result,
): Result {
  const join = (outcome: Outcome): Reply => joined(reply, answer, outcome);
  // Whatever goes wrong there, the aliases are true.
  const alone = (): Reply => joined(reply, answer, DROPPED);
  try {
    const result = resolve(query.derive({ qname: target, isOwn: true }));
    return result instanceof Promise ? result.then(join, alone) : join(result);
  } catch {
    return alone();
  }
}

function joined(reply: Reply, aliases: readonly ResourceRecord[], outcome: Outcome): Reply {
  reply.narrow(Validity.once);
  if (outcome === DROPPED) return reply;
  // Who does not serve the target leaves it to the client.
  if (outcome.rcode === Rcode.REFUSED) return reply;
  reply.narrow(outcome.validity);
  reply.rcode = outcome.rcode;
  reply.answer = [...aliases, ...outcome.answer];
  reply.authority = outcome.authority;
  reply.additional = outcome.additional;
  reply.flags |= outcome.flags & Flag.TC;
  return reply;
}
