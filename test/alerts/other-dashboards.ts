/**
 * Names of the series that others' dashboards and alerts for CoreDNS ask for. `_bucket` and the like are
 * parts of a histogram.
 */
export const OTHER_DASHBOARDS: Readonly<Record<string, readonly string[]>> = {
  /** It is kube-prometheus-stack's as well. */
  "Grafana 12539": [
    "coredns_dns_requests_total",
    "coredns_dns_do_requests_total",
    "coredns_dns_request_size_bytes_bucket",
    "coredns_dns_responses_total",
    "coredns_dns_request_duration_seconds_bucket",
    "coredns_dns_response_size_bytes_bucket",
    "coredns_cache_entries",
    "coredns_cache_hits_total",
    "coredns_cache_misses_total",
    "coredns_dns_request_count_total",
    "coredns_dns_request_type_count_total",
    "coredns_dns_request_do_count_total",
    "coredns_dns_request_size_bytes",
    "coredns_dns_response_rcode_count_total",
    "coredns_dns_request_duration_seconds",
    "coredns_dns_response_size_bytes",
    "coredns_cache_size",
  ],
  "Grafana 15762": [
    "up",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "coredns_dns_requests_total",
    "coredns_dns_request_size_bytes_sum",
    "coredns_dns_responses_total",
    "coredns_forward_requests_total",
    "coredns_forward_responses_total",
    "coredns_cache_hits_total",
    "coredns_cache_misses_total",
    "coredns_cache_entries",
  ],
  "coredns-mixin": [
    "coredns_build_info",
    "coredns_plugin_enabled",
    "coredns_panics_total",
    "coredns_dns_requests_total",
    "coredns_dns_responses_total",
    "coredns_dns_request_duration_seconds_bucket",
    "coredns_dns_request_size_bytes_bucket",
    "coredns_dns_response_size_bytes_bucket",
    "coredns_cache_entries",
    "coredns_cache_hits_total",
    "coredns_cache_misses_total",
    "coredns_forward_healthcheck_broken_total",
    "coredns_forward_healthcheck_failures_total",
    "coredns_forward_request_duration_seconds_bucket",
    "coredns_forward_requests_total",
    "coredns_forward_responses_total",
    "coredns_kubernetes_dns_programming_duration_seconds_bucket",
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "go_goroutines",
  ],
};

/** Those that Portolan does not export, and why: they show nothing with CoreDNS 1.15 either, but for the last. */
export const MISSING: Readonly<Record<string, string>> = {
  coredns_dns_request_count_total: 'before CoreDNS 1.7; the same query asks "or" for its successor',
  coredns_dns_request_type_count_total: "as above",
  coredns_dns_request_do_count_total: "as above",
  coredns_dns_request_size_bytes: "as above",
  coredns_dns_response_rcode_count_total: "as above",
  coredns_dns_request_duration_seconds: "as above",
  coredns_dns_response_size_bytes: "as above",
  coredns_cache_size: "as above",
  coredns_forward_requests_total:
    "CoreDNS has coredns_proxy_request_duration_seconds_count instead",
  coredns_forward_responses_total: "as above, by rcode",
  coredns_forward_request_duration_seconds_bucket: "coredns_proxy_request_duration_seconds",
  coredns_forward_healthcheck_failures_total: "coredns_proxy_healthcheck_failures_total",
  go_goroutines: "Portolan is no Go program; nodejs_active_resources_total is the nearest",
};
