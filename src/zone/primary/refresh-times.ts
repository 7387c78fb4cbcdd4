import type { ResourceRecord } from "../../dns/resource-record.ts";
import { SOA } from "../../dns/rdata/soa.ts";

const SECOND_MS = 1_000;
const WEEK_MS = 604_800_000;
/** Bounds as BIND has them; a zone that wants to be looked at without a pause gets a second, as in CoreDNS. */
const MAX_REFRESH_MS = 4 * WEEK_MS;
const MAX_RETRY_MS = 2 * WEEK_MS;
const MAX_EXPIRE_MS = 24 * WEEK_MS;

/** When a secondary looks for a newer version (RFC 1035 §3.3.13). */
export interface RefreshTimes {
  /** From one look to the next. */
  readonly refreshMs: number;
  /** The same while no primary answers. */
  readonly retryMs: number;
  /** From the last answer until the zone must not be served any more. */
  readonly expireMs: number;
}

/** The times that a zone asks for, within what is reasonable: it does not expire before it could have been looked for twice. */
export function refreshTimes({ rdata }: ResourceRecord): RefreshTimes {
  const { refreshSeconds, retrySeconds, expireSeconds } = SOA.decode(rdata) ?? {
    refreshSeconds: 0,
    retrySeconds: 0,
    expireSeconds: 0,
  };
  const refreshMs = clamp(refreshSeconds, SECOND_MS, MAX_REFRESH_MS);
  const retryMs = clamp(retrySeconds, SECOND_MS, MAX_RETRY_MS);
  const expireMs = clamp(expireSeconds, refreshMs + retryMs, MAX_EXPIRE_MS);
  return { refreshMs, retryMs, expireMs };
}

function clamp(seconds: number, minMs: number, maxMs: number): number {
  return Math.min(Math.max(seconds * SECOND_MS, minMs), maxMs);
}
