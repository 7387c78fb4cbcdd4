import type { Cell } from "../../observe/metrics.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";

/** The counters of one cache. */
export interface CacheMetrics {
  readonly requests: Cell;
  readonly successHits: Cell;
  readonly denialHits: Cell;
  readonly misses: Cell;
  readonly prefetches: Cell;
  readonly servedStale: Cell;
  readonly successEvictions: Cell;
  readonly denialEvictions: Cell;
  readonly successEntries: Cell;
  readonly denialEntries: Cell;
}

type CacheContext = Pick<PluginContext, "metrics" | "serverLabel" | "zones" | "settings">;

/** CoreDNS's names and labels. */
export function cacheMetrics({
  metrics,
  serverLabel: server,
  zones,
  settings,
}: CacheContext): CacheMetrics {
  const { view = "" } = settings;
  const labels = ["server", "zones", "view"];
  const typed = ["server", "type", "zones", "view"];
  const zoneList = zones.map(String).join(",");
  const counter = (name: string, help: string): Cell => {
    return metrics.counter(`coredns_cache_${name}`, help, labels).with(server, zoneList, view);
  };
  const hits = metrics.counter(
    "coredns_cache_hits_total",
    "Queries answered from the cache.",
    typed,
  );
  const evictions = metrics.counter("coredns_cache_evictions_total", "Entries pushed out.", typed);
  const entries = metrics.gauge("coredns_cache_entries", "Entries in the cache.", typed);
  return {
    requests: counter("requests_total", "Queries that came to the cache."),
    misses: counter("misses_total", "Queries that the cache could not answer."),
    prefetches: counter("prefetch_total", "Entries fetched again in the background."),
    servedStale: counter("served_stale_total", "Queries answered from expired entries."),
    successHits: hits.with(server, "success", zoneList, view),
    denialHits: hits.with(server, "denial", zoneList, view),
    successEvictions: evictions.with(server, "success", zoneList, view),
    denialEvictions: evictions.with(server, "denial", zoneList, view),
    successEntries: entries.with(server, "success", zoneList, view),
    denialEntries: entries.with(server, "denial", zoneList, view),
  };
}
