import type { Cell } from "../../observe/metrics.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";

export interface DnssecMetrics {
  readonly entries: Cell;
  readonly hits: Cell;
  readonly misses: Cell;
}

/** CoreDNS's names and labels. */
export function dnssecMetrics({
  metrics,
  serverLabel,
}: Pick<PluginContext, "metrics" | "serverLabel">): DnssecMetrics {
  const entries = metrics.gauge(
    "coredns_dnssec_cache_entries",
    "RRsets whose signatures are kept.",
    ["server", "type"],
  );
  const counter = (name: string, help: string): Cell =>
    metrics.counter(`coredns_dnssec_cache_${name}`, help, ["server"]).with(serverLabel);
  return {
    entries: entries.with(serverLabel, "signature"),
    hits: counter("hits_total", "RRsets whose signatures were there."),
    misses: counter("misses_total", "RRsets that had to be signed."),
  };
}
