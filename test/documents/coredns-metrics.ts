/** Families that CoreDNS 1.15.0 registers: read from its source, those of plugins that only it has included. */
export const CORE_DNS_METRICS: readonly string[] = `
acl_allowed_requests_total acl_blocked_requests_total acl_dropped_requests_total acl_filtered_requests_total
autopath_success_total build_info cache_drops_total cache_entries cache_evictions_total cache_hits_total
cache_misses_total cache_prefetch_total cache_requests_total cache_served_stale_total
dns64_requests_translated_total dns_do_requests_total dns_https3_responses_total dns_https_responses_total
dns_quic_responses_total dns_request_duration_seconds dns_request_size_bytes dns_requests_total
dns_response_size_bytes dns_responses_total dnssec_cache_entries dnssec_cache_hits_total
dnssec_cache_misses_total forward_healthcheck_broken_total forward_max_concurrent_rejects_total
grpc_request_duration_seconds grpc_requests_total grpc_responses_total health_request_duration_seconds
health_request_failures_total hosts_entries hosts_reload_timestamp_seconds
kubernetes_dns_programming_duration_seconds kubernetes_rest_client_rate_limiter_duration_seconds
kubernetes_rest_client_request_duration_seconds kubernetes_rest_client_requests_total
local_localhost_requests_total nomad_failed_requests_total nomad_success_requests_total panics_total
plugin_enabled proxy_conn_cache_hits_total proxy_conn_cache_misses_total proxy_healthcheck_failures_total
proxy_request_duration_seconds reload_failed_total reload_version_info shed_dropped_total
siit_requests_translated_total template_matches_total template_rr_failures_total
template_template_failures_total`
  .trim()
  .split(/\s+/)
  .map((name) => `coredns_${name}`);

/** Why a family is not there. */
export const NOT_HERE: Readonly<Record<string, string>> = {
  coredns_cache_drops_total: "a reply to another question never gets as far as *cache*",
  coredns_dns_https3_responses_total: "clients cannot ask by HTTP/3 yet",
  coredns_dns_https_responses_total: "clients cannot ask by HTTPS yet",
  coredns_dns_quic_responses_total: "clients cannot ask by QUIC yet",
  coredns_grpc_request_duration_seconds: "*grpc* is not built",
  coredns_grpc_requests_total: "*grpc* is not built",
  coredns_grpc_responses_total: "*grpc* is not built",
  coredns_nomad_failed_requests_total: "*nomad* is not built",
  coredns_nomad_success_requests_total: "*nomad* is not built",
};
