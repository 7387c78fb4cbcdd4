import {
  argumentRange,
  oneArgument,
  parseDurationMs,
  parseInteger,
  parseNumber,
} from "../corefile/arguments.ts";
import type { Directive, Token } from "../corefile/directive.ts";
import { tokenError } from "../corefile/directive.ts";

/** How the API server is reached, as written; without endpoint and kubeconfig by service account. */
export interface ApiOptions {
  endpoint: URL | undefined;
  tls: TlsFiles | undefined;
  kubeconfig: Kubeconfig | undefined;
  /** Requests a second in the long run, and at once; 0 for client-go's 5 and 10. */
  qps: number;
  burst: number;
  /** Requests under way at once, watches not counted; 0 for no limit. */
  maxInflight: number;
  /** How long a new configuration waits for the cluster before it takes over. */
  startupTimeoutMs: number;
  /** File that the cluster's state is kept in for the next start, as written. */
  snapshot: string | undefined;
}

export interface TlsFiles {
  readonly certificate: string;
  readonly key: string;
  readonly ca: string;
}

export interface Kubeconfig {
  readonly path: string;
  /** The file's current context if undefined. */
  readonly context: string | undefined;
}

export function defaultApiOptions(): ApiOptions {
  return {
    endpoint: undefined,
    tls: undefined,
    kubeconfig: undefined,
    qps: 0,
    burst: 0,
    maxInflight: 0,
    // The old configuration serves meanwhile. Longer than it takes to notice a frozen API server.
    startupTimeoutMs: 20_000,
    snapshot: undefined,
  };
}

type Property = (sub: Directive, options: { readonly api: ApiOptions }) => void;

/** The properties that have to do with an API server. */
export const API_PROPERTIES: Readonly<Record<string, Property>> = {
  endpoint(sub, { api }) {
    // As CoreDNS does it: others may follow, and are not used.
    const [first = sub.name] = argumentRange(sub, 1, Number.POSITIVE_INFINITY);
    api.endpoint = parseUrl(first);
  },
  tls(sub, { api }) {
    const [certificate = "", key = "", ca = ""] = argumentRange(sub, 3, 3).map(({ text }) => text);
    api.tls = { certificate, key, ca };
  },
  kubeconfig(sub, { api }) {
    const [path = sub.name, context] = argumentRange(sub, 1, 2);
    api.kubeconfig = { path: path.text, context: context?.text };
  },
  startup_timeout(sub, { api }) {
    api.startupTimeoutMs = parseDurationMs(oneArgument(sub));
  },
  apiserver_qps(sub, { api }) {
    api.qps = parseNumber(oneArgument(sub), { min: 0 });
  },
  apiserver_burst(sub, { api }) {
    api.burst = parseInteger(oneArgument(sub), { min: 0 });
  },
  apiserver_max_inflight(sub, { api }) {
    api.maxInflight = parseInteger(oneArgument(sub), { min: 0 });
  },
  snapshot(sub, { api }) {
    api.snapshot = parsePath(oneArgument(sub));
  },
};

/**
 * What contradicts, or would have no effect.
 * @throws {CorefileError}
 */
export function checkApiOptions(
  directive: Directive,
  api: ApiOptions,
  usesManifests: boolean,
): void {
  const given = directive.body.filter(({ name }) => Object.hasOwn(API_PROPERTIES, name.text));
  const [first] = given;
  if (usesManifests && first) {
    throw first.error(`"${first.name.text}" has no effect: "manifests" needs no API server`);
  }
  const find = (name: string): Directive | undefined => given.find((sub) => sub.name.text === name);
  const endpoint = find("endpoint");
  const tls = find("tls");
  if (api.kubeconfig && endpoint) {
    throw endpoint.error(`"endpoint" has no effect: "kubeconfig" says where the API server is`);
  }
  if (!api.endpoint && tls) throw tls.error(`"tls" has no effect without "endpoint"`);
}

function parsePath(token: Token): string {
  if (token.text !== "" && !/[/\\]$/.test(token.text)) return token.text;
  throw tokenError(token, `bad file "${token.text}": expected a path with a file's name`);
}

/** As client-go takes it: a URL, or host and port of one without TLS. */
function parseUrl(token: Token): URL {
  const text = /^[a-z]+:\/\//i.test(token.text) ? token.text : `http://${token.text}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.hostname !== "" && url.search === "") return url;
  throw tokenError(
    token,
    `cannot parse "${token.text}": not a URL such as "https://10.0.0.1:6443"`,
  );
}
