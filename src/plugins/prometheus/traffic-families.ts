import type { Cell, Family, HistogramCell, Metrics } from "../../observe/metrics.ts";

export interface TrafficFamilies {
  readonly requests: Family<Cell>;
  readonly duration: Family<HistogramCell>;
  readonly requestSize: Family<HistogramCell>;
  readonly dnssecOk: Family<Cell>;
  readonly responseSize: Family<HistogramCell>;
  readonly responses: Family<Cell>;
  readonly reasons: Family<Cell>;
  readonly pluginEnabled: Family<Cell>;
}

const ZONE_LABELS = ["server", "zone", "view"] as const;

/** From 0.25 ms to 8 s, each twice the one before. */
const SECONDS = Array.from({ length: 16 }, (_, i) => 0.00025 * 2 ** i);
const OCTETS = [
  0, 100, 200, 300, 400, 511, 1_023, 2_047, 4_095, 8_291, 16_000, 32_000, 48_000, 64_000,
];

/** Names, labels and bounds are CoreDNS's, so that its dashboards and alerts go on working. */
export function trafficFamilies(metrics: Metrics): TrafficFamilies {
  return {
    requests: metrics.counter(
      "coredns_dns_requests_total",
      "Queries, by transport, address family and type.",
      [...ZONE_LABELS, "proto", "family", "type"],
    ),
    duration: metrics.histogram(
      "coredns_dns_request_duration_seconds",
      "From receiving a query to sending its reply.",
      ZONE_LABELS,
      SECONDS,
    ),
    requestSize: metrics.histogram(
      "coredns_dns_request_size_bytes",
      "Octets of queries as received.",
      [...ZONE_LABELS, "proto"],
      OCTETS,
    ),
    dnssecOk: metrics.counter(
      "coredns_dns_do_requests_total",
      "Queries that want DNSSEC records.",
      ZONE_LABELS,
    ),
    responseSize: metrics.histogram(
      "coredns_dns_response_size_bytes",
      "Octets of replies as sent.",
      [...ZONE_LABELS, "proto"],
      OCTETS,
    ),
    responses: metrics.counter("coredns_dns_responses_total", "Replies, by response code.", [
      ...ZONE_LABELS,
      "rcode",
      "plugin",
    ]),
    reasons: metrics.counter(
      "portolan_dns_reasons_total",
      "Denials and failures, by what the plugin that made them says is the reason.",
      [...ZONE_LABELS, "reason"],
    ),
    pluginEnabled: metrics.gauge(
      "coredns_plugin_enabled",
      "1 while the plugin is in the server block.",
      [...ZONE_LABELS, "name"],
    ),
  };
}
