/**
 * Clients that wait for two seconds hear of a failure in time, and get a stale answer within 1.8
 * seconds (RFC 8767 §5).
 */
const PATIENCE_MS = 1700;
/** Whoever sets a long `read_timeout` wants to wait for about as long. */
const SHARE = 0.85;

/** How long all attempts of one query may take together. */
export function patienceMs(readTimeoutMs: number): number {
  return Math.max(PATIENCE_MS, SHARE * readTimeoutMs);
}

/** How long replies are listened for after that: as long as CoreDNS waits for one in all. */
export const LATE_MS = 5000;
