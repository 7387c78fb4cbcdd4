import type { Name } from "../../dns/name.ts";

/** What the directive says. Times in seconds are TTLs, those in milliseconds are waits. */
export interface CacheOptions {
  /** Zones to cache; empty for those of the server block. */
  zones: readonly Name[];
  success: StoreOptions;
  denial: StoreOptions;
  /** How long a SERVFAIL is kept; 0 not at all. */
  servfailSeconds: number;
  /** How long a failure is kept that is only our own impatience: the answer may be under way. */
  timeoutSeconds: number;
  prefetch: PrefetchOptions | undefined;
  serveStale: ServeStaleOptions | undefined;
  /** Whether TTLs stay as they were while an entry is valid. */
  keepTtl: boolean;
}

export interface StoreOptions {
  /** Entries. */
  capacity: number;
  maxTtlSeconds: number;
  minTtlSeconds: number;
  /** Whether the Corefile names the lowest TTL: then it holds against what sources say, too. */
  isMinTtlOrdered: boolean;
  /** Zones of which nothing is kept. */
  except: readonly Name[];
}

export interface PrefetchOptions {
  /** Hits that make an entry popular. */
  amount: number;
  /** A gap between hits of more than this makes it unpopular again. */
  gapMs: number;
  /** Fetched again when this part of the TTL is left. */
  percentage: number;
}

export interface ServeStaleOptions {
  /** How long after its expiry an entry may be served. */
  upToMs: number;
  mode: "immediate" | "verify";
  /** How long `verify` waits for the source; 0 as long as it takes. */
  verifyMs: number;
  /** TTL of stale answers. */
  ttlSeconds: number;
  /** How long to leave the source alone after a refresh failed. */
  recheckMs: number;
  /** Prefer an old answer to a newer denial. */
  preferPositive: boolean;
}

/** CoreDNS's figures. */
export function defaultOptions(): CacheOptions {
  return {
    zones: [],
    success: {
      capacity: 9984,
      maxTtlSeconds: 3600,
      minTtlSeconds: 5,
      isMinTtlOrdered: false,
      except: [],
    },
    denial: {
      capacity: 9984,
      maxTtlSeconds: 1800,
      minTtlSeconds: 5,
      isMinTtlOrdered: false,
      except: [],
    },
    servfailSeconds: 5,
    // The least that RFC 9520 §3.2 asks for.
    timeoutSeconds: 1,
    prefetch: undefined,
    serveStale: undefined,
    keepTtl: false,
  };
}

/** How the Corefile has to say that records of a TTL are kept as they are. */
export function limitsText(
  ttlSeconds: number,
  { capacity, maxTtlSeconds, minTtlSeconds }: StoreOptions,
): string {
  const max = Math.max(ttlSeconds, maxTtlSeconds);
  const min = Math.min(ttlSeconds, minTtlSeconds);
  return `success ${capacity} ${max} ${min}`;
}
