import { authorityTtl } from "../../dns/denial-ttl.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { Reply } from "../../server/contract/reply.ts";
import type { ReplyClass } from "./classify.ts";
import type { CacheOptions } from "./options.ts";

/** For replies that say nothing about their TTL, or are no news of their own. */
const DEFAULT_TTL_SECONDS = 5;

/**
 * For how many seconds a reply is good: its lowest TTL within the limits of its store. That of a
 * denial is the SOA's or its minimum, whichever is less (RFC 2308 §5). 0 says
 * that its source wants it used once only (RFC 1035 §3.2.1), which only a minimum that somebody
 * has written down overrides.
 */
export function lifetimeSeconds(kind: ReplyClass, reply: Reply, options: CacheOptions): number {
  if (kind === "failure") return options.servfailSeconds;
  if (kind === "timeout") return options.timeoutSeconds;
  const { maxTtlSeconds, minTtlSeconds, isMinTtlOrdered } = options[limitsOf(kind)];
  const isBrief = kind === "other" || kind === "referral";
  const lowest = isBrief ? DEFAULT_TTL_SECONDS : lowestTtl(reply);
  if (lowest === 0 && !isMinTtlOrdered) return 0;
  return Math.min(Math.max(lowest, minTtlSeconds), maxTtlSeconds);
}

/** Whose limits hold for the TTLs of such a reply. */
export function limitsOf(kind: ReplyClass): "success" | "denial" {
  return kind === "nxdomain" || kind === "nodata" ? "denial" : "success";
}

function lowestTtl({ answer, authority, additional }: Reply): number {
  if (answer.length + authority.length + additional.length === 0) return DEFAULT_TTL_SECONDS;
  let lowest = Infinity;
  for (const { ttlSeconds } of answer) lowest = Math.min(lowest, ttlSeconds);
  for (const record of authority) lowest = Math.min(lowest, authorityTtl(record));
  for (const { ttlSeconds } of additional) lowest = Math.min(lowest, ttlSeconds);
  return lowest;
}

/** Puts one TTL on all records. */
export function setTtl(reply: Reply, ttlSeconds: number): void {
  reply.answer = withTtl(reply.answer, ttlSeconds);
  reply.authority = withTtl(reply.authority, ttlSeconds);
  reply.additional = withTtl(reply.additional, ttlSeconds);
}

function withTtl(section: readonly ResourceRecord[], ttlSeconds: number): typeof section {
  // Most have that TTL already, or are empty.
  for (const record of section) {
    if (record.ttlSeconds !== ttlSeconds) return section.map((one) => one.withTtl(ttlSeconds));
  }
  return section;
}
