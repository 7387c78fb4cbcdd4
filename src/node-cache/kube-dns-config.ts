import { isIP } from "node:net";

/** What the ConfigMap of kube-dns says of servers to ask. */
export interface KubeDnsConfig {
  /** Servers by domain, as "acme.local" and "192.0.2.1:5353". */
  readonly stubDomains: ReadonlyMap<string, readonly string[]>;
  /** None for those of the node's /etc/resolv.conf. */
  readonly upstreamNameservers: readonly string[];
}

export const NO_KUBE_DNS_CONFIG: KubeDnsConfig = {
  stubDomains: new Map(),
  upstreamNameservers: [],
};

const MAX_UPSTREAMS = 3;
/** A name as objects of Kubernetes have it (RFC 1123). */
const DOMAIN = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * Reads the keys "stubDomains" and "upstreamNameservers"; others say nothing to a cache.
 * @param data texts by key, as the ConfigMap has them, or its volume as files
 * @throws {Error} that says which key is wrong, and how
 */
export function parseKubeDnsConfig(data: ReadonlyMap<string, string>): KubeDnsConfig {
  const domains = parseJson(data, "stubDomains") ?? {};
  if (typeof domains !== "object" || Array.isArray(domains)) {
    throw wrong("stubDomains", "expected an object of domains");
  }
  const stubDomains = Object.entries(domains).map(([domain, servers]) => {
    if (!DOMAIN.test(domain)) throw wrong("stubDomains", `"${short(domain)}" is no domain`);
    const list = parseServers("stubDomains", servers);
    if (list.length === 0) throw wrong("stubDomains", `"${domain}" has no servers`);
    return [domain, list] as const;
  });
  const upstreamNameservers = parseServers(
    "upstreamNameservers",
    parseJson(data, "upstreamNameservers") ?? [],
  );
  if (upstreamNameservers.length > MAX_UPSTREAMS) {
    throw wrong("upstreamNameservers", `more than ${MAX_UPSTREAMS} servers`);
  }
  return { stubDomains: new Map(stubDomains), upstreamNameservers };
}

function parseJson(data: ReadonlyMap<string, string>, key: string): object | undefined {
  const text = data.get(key);
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as object | null) ?? undefined;
  } catch {
    throw wrong(key, "it is not JSON");
  }
}

function parseServers(key: string, list: unknown): readonly string[] {
  if (!Array.isArray(list)) throw wrong(key, "expected a list of servers");
  const bad = list.find((one) => typeof one !== "string" || !isServer(one));
  if (bad === undefined) return list as string[];
  throw wrong(key, `"${short(String(bad))}" is no address of a server`);
}

/** An IP address, with or without a port. */
function isServer(text: string): boolean {
  if (isIP(text) !== 0) return true;
  const [, v6, v4, port] = /^(?:\[([\da-f:.]+)\]|([\d.]+)):(\d{1,5})$/i.exec(text) ?? [];
  return isIP(v6 ?? v4 ?? "") !== 0 && Number(port) <= 65_535;
}

function wrong(key: string, state: string): Error {
  return new Error(`cannot read "${key}": ${state}`);
}

function short(text: string): string {
  return text.slice(0, 100);
}
