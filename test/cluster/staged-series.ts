/** Values of a series in promtool's notation, one a minute, by its name and its own labels. */
export type SeriesValues = Readonly<Record<string, string>>;

/** What a replica exports that is well, by name and labels; where it was scraped is added. */
export const HEALTHY: SeriesValues = {
  up: "1x65",
  'coredns_build_info{version="0.1.0"}': "1x65",
  coredns_panics_total: "0x65",
  'coredns_nodecache_setup_errors_total{errortype="iptables"}': "0x65",
  'coredns_dns_responses_total{rcode="NOERROR"}': "0+600x65",
  'coredns_dns_responses_total{rcode="SERVFAIL"}': "0+1x65",
  ...histogram("coredns_dns_request_duration_seconds", 'server="dns://:53",zone="."', "1"),
  process_cpu_seconds_total: "0+6x65",
  process_open_fds: "50x65",
  process_max_fds: "1000x65",
  coredns_forward_healthcheck_broken_total: "0x65",
  coredns_forward_max_concurrent_rejects_total: "0x65",
  'coredns_proxy_healthcheck_failures_total{to="10.0.0.2:53"}': "0x65",
  ...histogram("coredns_proxy_request_duration_seconds", 'to="10.0.0.2:53"', "1"),
  'coredns_proxy_request_duration_seconds_count{to="10.0.0.2:53",rcode="NOERROR"}': "0+60x65",
  'coredns_proxy_request_duration_seconds_count{to="10.0.0.2:53",rcode="SERVFAIL"}': "0x65",
  coredns_reload_failed_total: "0x65",
  'coredns_reload_version_info{value="a"}': "1x65",
  ...histogram("coredns_health_request_duration_seconds", "", "1"),
  coredns_health_request_failures_total: "0x65",
  'portolan_kubernetes_synced{kind="Service"}': "1x65",
  'portolan_kubernetes_connected{kind="Service"}': "1x65",
  'portolan_kubernetes_last_contact_seconds{kind="Service"}': "60x65",
  'coredns_kubernetes_rest_client_requests_total{code="200"}': "0+10x65",
  'coredns_kubernetes_rest_client_requests_total{code="403"}': "0x65",
  'portolan_kubernetes_relists_total{kind="Service"}': "1x65",
  'portolan_kubernetes_unreadable_objects_total{kind="Service"}': "0x65",
  portolan_kubernetes_snapshot_age_seconds: "0x65",
  'portolan_kubernetes_snapshot_writes_total{result="success"}': "0+1x65",
  'portolan_kubernetes_snapshot_writes_total{result="failure"}': "0x65",
  'portolan_kubernetes_objects{kind="Service"}': "100x65",
  ...histogram(
    "coredns_kubernetes_dns_programming_duration_seconds",
    'service_kind="cluster_ip"',
    "30",
  ),
};

/** With all that was observed below the bound, which is where its alert begins. */
function histogram(name: string, labels: string, bound: string): SeriesValues {
  const series = (le: string): string => {
    return `${name}_bucket{${[labels, `le="${le}"`].filter((one) => one !== "").join(",")}}`;
  };
  return { [series(bound)]: "0+60x65", [series("+Inf")]: "0+60x65", [series("60")]: "0+60x65" };
}

export interface Stage {
  /** What is otherwise with one replica, or with each if it says so. */
  readonly series: SeriesValues;
  readonly onEach?: true;
  /** What fires besides, because it is true as well. */
  readonly also?: readonly string[];
}

const GONE = "1x20 stale";

/** For each alert what makes it fire within the first hour. */
export const STAGES: Readonly<Record<string, Stage>> = {
  PortolanDown: {
    series: { up: "1x20 0x45", 'coredns_build_info{version="0.1.0"}': GONE },
    onEach: true,
    also: ["PortolanNotScraped"],
  },
  PortolanNotScraped: {
    series: { up: "0x65", 'coredns_build_info{version="0.1.0"}': "_x65" },
    onEach: true,
  },
  PortolanNodeLocalDown: {
    series: { up: "1x20 0x45", 'coredns_build_info{version="0.1.0"}': GONE },
  },
  PortolanNodeLocalSetupFails: {
    series: { 'coredns_nodecache_setup_errors_total{errortype="iptables"}': "0+1x65" },
  },
  PortolanFault: { series: { coredns_panics_total: "0x54 1x12" } },
  PortolanServfail: {
    series: { 'coredns_dns_responses_total{rcode="SERVFAIL"}': "0+60x65" },
  },
  PortolanSlow: {
    series: {
      'coredns_dns_request_duration_seconds_bucket{server="dns://:53",zone=".",le="1"}': "0+50x65",
    },
  },
  PortolanBusy: { series: { process_cpu_seconds_total: "0+55x65" } },
  PortolanFileDescriptors: { series: { process_open_fds: "900x65" } },
  PortolanAllUpstreamsDown: {
    series: { coredns_forward_healthcheck_broken_total: "0+5x65" },
  },
  PortolanUpstreamDown: {
    series: { 'coredns_proxy_healthcheck_failures_total{to="10.0.0.2:53"}': "0+5x65" },
  },
  PortolanUpstreamSlow: {
    series: {
      'coredns_proxy_request_duration_seconds_bucket{to="10.0.0.2:53",le="1"}': "0+50x65",
    },
  },
  PortolanUpstreamServfail: {
    series: {
      'coredns_proxy_request_duration_seconds_count{to="10.0.0.2:53",rcode="SERVFAIL"}': "0+6x65",
    },
  },
  PortolanForwardFull: {
    series: { coredns_forward_max_concurrent_rejects_total: "0+5x65" },
  },
  PortolanReloadFailed: { series: { coredns_reload_failed_total: "0x54 1x12" } },
  PortolanConfigurationsDiffer: {
    series: {
      'coredns_reload_version_info{value="a"}': "_x65",
      'coredns_reload_version_info{value="b"}': "1x65",
    },
  },
  PortolanOverloaded: {
    series: { 'coredns_health_request_duration_seconds_bucket{le="1"}': "0+50x65" },
  },
  PortolanHealthFails: { series: { coredns_health_request_failures_total: "0+1x65" } },
  PortolanNotSynced: { series: { 'portolan_kubernetes_synced{kind="Service"}': "0x65" } },
  PortolanApiServerLost: {
    series: { 'portolan_kubernetes_last_contact_seconds{kind="Service"}': "60x20 0+60x45" },
  },
  PortolanForbidden: {
    series: { 'coredns_kubernetes_rest_client_requests_total{code="403"}': "0+1x65" },
  },
  PortolanWatchesBreak: {
    series: { 'portolan_kubernetes_relists_total{kind="Service"}': "0+2x65" },
  },
  PortolanUnreadableObjects: {
    series: { 'portolan_kubernetes_unreadable_objects_total{kind="Service"}': "0x54 1x12" },
  },
  PortolanServesSnapshot: { series: { portolan_kubernetes_snapshot_age_seconds: "600x65" } },
  PortolanSnapshotFails: {
    series: { 'portolan_kubernetes_snapshot_writes_total{result="failure"}': "0x54 1x12" },
  },
  PortolanReplicasDiffer: {
    series: { 'portolan_kubernetes_objects{kind="Service"}': "90x65" },
  },
  PortolanLate: {
    series: {
      'coredns_kubernetes_dns_programming_duration_seconds_bucket{service_kind="cluster_ip",le="30"}':
        "0+50x65",
    },
  },
};
