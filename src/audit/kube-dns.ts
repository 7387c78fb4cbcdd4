import { isIP } from "node:net";
import { NO_COREFILE } from "../check/move-rules.ts";
import type { Finding } from "../check/rule.ts";
import type { AuditedObject } from "./audited-object.ts";
import { isFields, textsAt } from "./audited-object.ts";
import { MountedCorefile } from "./mounted-corefile.ts";

/** Stub domains and upstreams of kube-dns, as GKE has them, in the words of a Corefile. */
export interface Translation {
  readonly findings: readonly Finding[];
  /** Undefined if nothing could be made of them. */
  readonly corefile: MountedCorefile | undefined;
}

const STUB_DOMAINS = "stubDomains";
const UPSTREAMS = "upstreamNameservers";
/** A zone of DNS as it stands in a Corefile without quotes. */
const ZONE = /^(?=.{1,254}$)[a-z0-9_-]+(?:\.[a-z0-9_-]+)*\.?$/i;
const HOST = /^[a-z0-9.-]+(?::\d{1,5})?$/i;

/** Whether it is the ConfigMap that kube-dns and NodeLocal DNSCache read, and has something to say. */
export function isKubeDns(object: AuditedObject): boolean {
  const data = textsAt(object.value, "data");
  return object.kind === "ConfigMap" && (STUB_DOMAINS in data || UPSTREAMS in data);
}

/** @throws nothing: what is no JSON, or not of that form, becomes findings */
export function translateKubeDns(map: AuditedObject): Translation {
  const data = textsAt(map.value, "data");
  const findings: Finding[] = [];
  const fault = (key: string, message: string): void => {
    const at = map.at(["data", key]);
    findings.push({ rule: NO_COREFILE, at, message: `Cannot translate "${key}": ${message}` });
  };
  const parse = (key: string): unknown => {
    try {
      return data[key] === undefined ? undefined : JSON.parse(data[key]);
    } catch {
      return fault(key, "it is not JSON");
    }
  };
  const servers = (key: string, value: unknown): string[] => {
    const all = Array.isArray(value) ? value : [];
    if (all.length === 0) fault(key, "expected a list of servers");
    const bad = all.find((one) => typeof one !== "string" || !isServer(one));
    if (bad !== undefined) fault(key, `"${String(bad).slice(0, 100)}" is no address of a server`);
    return all.map(String);
  };
  const stubDomains = parse(STUB_DOMAINS) ?? {};
  const upstreams = parse(UPSTREAMS);
  if (!isFields(stubDomains)) fault(STUB_DOMAINS, "expected an object of zones");
  const zones = Object.entries(isFields(stubDomains) ? stubDomains : {});
  const blocks = zones.map(([zone, list]) => {
    if (!ZONE.test(zone)) fault(STUB_DOMAINS, `"${zone.slice(0, 100)}" is no zone`);
    return stubBlock(zone, servers(STUB_DOMAINS, list));
  });
  const to = upstreams === undefined ? ["/etc/resolv.conf"] : servers(UPSTREAMS, upstreams);
  if (findings.length > 0) return { findings, corefile: undefined };
  const text = [mainBlock(to), ...blocks].join("");
  const file = { text, placeOf: () => map.at(["data"]) };
  const corefile = new MountedCorefile(
    `ConfigMap "${map.name}"`,
    "Corefile",
    new Map([["Corefile", file]]),
    true,
  );
  return { findings, corefile };
}

function isServer(text: string): boolean {
  return isIP(text) !== 0 || HOST.test(text) || /^\[[\da-f:]+\]:\d{1,5}$/i.test(text);
}

/** What kube-dns does beside its stub domains. */
function mainBlock(upstreams: readonly string[]): string {
  return `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
        pods insecure
        fallthrough in-addr.arpa ip6.arpa
        ttl 30
    }
    prometheus :9153
    forward . ${upstreams.join(" ")}
    cache 30
    loop
    reload
    loadbalance
}
`;
}

function stubBlock(zone: string, servers: readonly string[]): string {
  return `${zone}:53 {
    errors
    cache 30
    forward . ${servers.join(" ")}
}
`;
}
