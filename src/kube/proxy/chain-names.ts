import { hash } from "node:crypto";
import type { ProxiedPort } from "./proxied-port.ts";
import type { ProxyEndpoint } from "./proxy-endpoints.ts";

const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** The first characters of a text's SHA-256 in base 32 (RFC 4648 section 6): eight for each five octets. */
function hashOf(text: string, length: 8 | 16): string {
  const octets = hash("sha256", text, "buffer");
  let encoded = "";
  let bits = 0;
  let kept = 0;
  for (let at = 0; encoded.length < length;) {
    if (kept < 5) {
      bits = ((bits << 8) | (octets[at++] ?? 0)) & 0xfff;
      kept += 8;
    }
    kept -= 5;
    encoded += BASE32[(bits >> kept) & 31];
  }
  return encoded;
}

/** Names of the chains that the iptables mode has for a port: they are told apart by a hash of its label and protocol. */
export interface IptablesChains {
  /** To the endpoints of policy Cluster. */
  readonly cluster: string;
  /** To those of policy Local. */
  readonly local: string;
  /** Where comes in what is not for the ClusterIP. */
  readonly external: string;
  readonly firewall: string;
  /** To one endpoint. */
  endpoint(endpoint: ProxyEndpoint): string;
}

export function iptablesChains({ label, protocol }: ProxiedPort): IptablesChains {
  const known = hashOf(label + protocol, 16);
  return {
    cluster: `KUBE-SVC-${known}`,
    local: `KUBE-SVL-${known}`,
    external: `KUBE-EXT-${known}`,
    firewall: `KUBE-FW-${known}`,
    endpoint: ({ text }) => `KUBE-SEP-${hashOf(label + protocol + text, 16)}`,
  };
}

/** Names that the nftables mode has: a hash, and behind it what it is of. */
export interface NftablesChains extends IptablesChains {
  /** The set of clients that stay with an endpoint. */
  affinity(endpoint: ProxyEndpoint): string;
}

export function nftablesChains(port: ProxiedPort): NftablesChains {
  const path = `${port.namespace}/${port.service}/${port.protocol}/${port.portName}`;
  const name = nftablesName(path);
  const ofEndpoint = (endpoint: ProxyEndpoint): string =>
    nftablesName(`${path}__${endpoint.ip.replaceAll(":", ".")}/${endpoint.port}`);
  return {
    cluster: `service-${name}`,
    local: `local-${name}`,
    external: `external-${name}`,
    firewall: `firewall-${name}`,
    endpoint: (endpoint) => `endpoint-${ofEndpoint(endpoint)}`,
    affinity: (endpoint) => `affinity-${ofEndpoint(endpoint)}`,
  };
}

/** The kernel's names have 256 octets; 16 are left for the word in front. */
const MAX_NFTABLES_NAME = 240;

function nftablesName(path: string): string {
  const name = `${hashOf(path, 8)}-${path}`;
  return name.length > MAX_NFTABLES_NAME ? `${name.slice(0, MAX_NFTABLES_NAME - 3)}...` : name;
}
