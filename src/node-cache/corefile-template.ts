import type { KubeDnsConfig } from "./kube-dns-config.ts";

/** What is put into the template. */
export interface TemplateValues {
  /** As -localip has them. */
  readonly localAddresses: readonly string[];
  readonly dnsPort: number;
  /** Of the Service that is asked for the cluster's names; undefined if nobody says. */
  readonly upstreamAddress: string | undefined;
  readonly kubeDns: KubeDnsConfig;
}

const UPSTREAM_SERVERS = "__PILLAR__UPSTREAM__SERVERS__";
const CLUSTER_DNS = "__PILLAR__CLUSTER__DNS__";
const LOCAL_DNS = "__PILLAR__LOCAL__DNS__";
const DNS_SERVER = "__PILLAR__DNS__SERVER__";

/** As it stands in templates of NodeLocal DNSCache, where the node's own upstreams are asked over TCP. */
const OVER_TCP = `
    forward . ${UPSTREAM_SERVERS} {
            force_tcp
    }
`;
const OVER_UDP = `
    forward . ${UPSTREAM_SERVERS}
`;
const STUB_DOMAIN_TTL_SECONDS = 30;

/**
 * The Corefile that NodeLocal DNSCache would make of a template, octet by octet; but it has the stub domains in any
 * order, and here they are in that of their names.
 * @throws {Error} if the template wants the upstream's address, and there is none
 */
export function fillTemplate(template: string, values: TemplateValues): string {
  const { localAddresses, upstreamAddress, kubeDns } = values;
  if (upstreamAddress === undefined && template.includes(CLUSTER_DNS)) {
    throw new Error(`nobody says what ${CLUSTER_DNS} is`);
  }
  const upstreams = kubeDns.upstreamNameservers.join(" ");
  // Servers of somebody's own choice are not asked over TCP; /etc/resolv.conf is a word of *forward*.
  const base = upstreams === "" ? template : template.replaceAll(OVER_TCP, OVER_UDP);
  const filled = base
    .replaceAll(UPSTREAM_SERVERS, () => upstreams || "/etc/resolv.conf")
    .replaceAll(CLUSTER_DNS, () => upstreamAddress ?? "")
    .replaceAll(LOCAL_DNS, () => localAddresses.join(" "))
    // The addresses of LOCAL_DNS are all there are.
    .replaceAll(DNS_SERVER, "");
  return filled + stubBlocks(values);
}

function stubBlocks({ localAddresses, dnsPort, kubeDns }: TemplateValues): string {
  return [...kubeDns.stubDomains]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([domain, servers]) => {
      return `
${domain}:${dnsPort} {
    errors
    cache ${STUB_DOMAIN_TTL_SECONDS}
    bind ${localAddresses.join(" ")}
    forward . ${servers.join(" ")}
}
`;
    })
    .join("");
}
