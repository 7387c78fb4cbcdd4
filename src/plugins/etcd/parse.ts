import {
  argumentRange,
  atLeastOne,
  noArguments,
  oneArgument,
  parseDurationMs,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import type { Credentials } from "./etcd-client.ts";

export interface EtcdOptions {
  /** Zones to answer for; undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  fallthrough: readonly Name[];
  /** What all keys begin with; slashes around it do not count. */
  path: string;
  /** `http:` or `https:`, nothing but host and port. */
  endpoints: readonly Endpoint[];
  credentials: Credentials | undefined;
  /** Paths: none, CA, CERT KEY, or CERT KEY CA; undefined without the property. */
  tlsFiles: readonly Token[] | undefined;
  hasApexFallback: boolean;
  minLeaseTtlSeconds: number;
  maxLeaseTtlSeconds: number;
}

export interface Endpoint {
  readonly url: URL;
  /** Whether the scheme is ours to choose: https with `tls`, else http. */
  readonly isSchemeless: boolean;
}

const DEFAULT_PORT = "2379";
const DEFAULT_ENDPOINT: Endpoint = {
  url: new URL(`http://localhost:${DEFAULT_PORT}`),
  isSchemeless: false,
};
const DEFAULT_MIN_LEASE_TTL_SECONDS = 30;
const DEFAULT_MAX_LEASE_TTL_SECONDS = 86_400;

type Property = (sub: Directive, options: EtcdOptions) => void;

const ignored: Property = (sub) => void argumentRange(sub, 0, Infinity);

const PROPERTIES: Readonly<Record<string, Property>> = {
  fallthrough: (sub, options) => (options.fallthrough = parseFallthrough(sub)),
  path: (sub, options) => (options.path = oneArgument(sub).text),
  endpoint: (sub, options) => (options.endpoints = atLeastOne(sub).map(parseEndpoint)),
  credentials(sub, options) {
    const [user, password] = argumentRange(sub, 2, 2).map(({ text }) => text);
    options.credentials = user && password ? { user, password } : undefined;
  },
  tls: (sub, options) => (options.tlsFiles = argumentRange(sub, 0, 3)),
  no_apex_fallback(sub, options) {
    noArguments(sub);
    options.hasApexFallback = false;
  },
  "min-lease-ttl"(sub, options) {
    options.minLeaseTtlSeconds = parseSeconds(sub) || DEFAULT_MIN_LEASE_TTL_SECONDS;
  },
  "max-lease-ttl"(sub, options) {
    options.maxLeaseTtlSeconds = parseSeconds(sub) || DEFAULT_MAX_LEASE_TTL_SECONDS;
  },
  stubzones: ignored,
  debug: ignored,
  upstream: ignored,
};

/** Reads `etcd [ZONES...] { ... }`; files are left for when the server starts. */
export function parseEtcd(directive: Directive): EtcdOptions {
  const { args } = directive;
  return subDirectives<EtcdOptions>(directive, PROPERTIES, {
    zones: args.length === 0 ? undefined : parseZones(args),
    fallthrough: [],
    path: "skydns",
    endpoints: [DEFAULT_ENDPOINT],
    credentials: undefined,
    tlsFiles: undefined,
    hasApexFallback: true,
    minLeaseTtlSeconds: DEFAULT_MIN_LEASE_TTL_SECONDS,
    maxLeaseTtlSeconds: DEFAULT_MAX_LEASE_TTL_SECONDS,
  });
}

function parseSeconds(sub: Directive): number {
  const ms = parseDurationMs(oneArgument(sub), { bareSeconds: true, max: 0xffff_ffff * 1_000 });
  return Math.floor(ms / 1_000);
}

function parseEndpoint(at: Token): Endpoint {
  const isSchemeless = !at.text.includes("://");
  const scheme = /^(.*?):\/\//.exec(at.text)?.[1]?.toLowerCase() ?? "http";
  if (scheme !== "http" && scheme !== "https") {
    throw tokenError(at, `bad endpoint "${at.text}": expected http:// or https://`);
  }
  // The scheme of a URL has a port of its own, which then cannot be told from one that is written.
  const rest = at.text.slice(isSchemeless ? 0 : scheme.length + 3);
  const authority = rest.replace(/\/+$/, "");
  const hasPort = /:\d+$/.test(authority);
  const text = `${scheme}://${authority}${hasPort ? "" : `:${DEFAULT_PORT}`}`;
  const url = URL.parse(text);
  if (!url || authority === "" || /[/?#@]/.test(authority)) {
    throw tokenError(at, `bad endpoint "${at.text}": expected a host and a port`);
  }
  return { url, isSchemeless };
}
