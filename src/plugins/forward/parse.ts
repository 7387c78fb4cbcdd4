import { hostPort } from "../../net/host-port.ts";
import { isIP } from "node:net";
import {
  argumentRange,
  atLeastOne,
  noArguments,
  oneArgument,
  parseChoice,
  parseDurationMs,
  parseInteger,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { OptionCode } from "../../dns/iana/option-code.ts";
import { Rcode, parseRcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import type { PolicyName } from "../../upstream/policy.ts";
import { policyNames } from "../../upstream/policy.ts";
import { parseHealthCheck } from "./parse-health-check.ts";
import type { Target } from "./target.ts";
import { parseTarget } from "./target.ts";

/** One `forward` of a Corefile. */
export interface ForwardOptions {
  /** Several where FROM is a CIDR that is several reverse zones. */
  readonly from: readonly Name[];
  readonly to: readonly Target[];
  except: readonly Name[];
  forceTcp: boolean;
  preferUdp: boolean;
  expireMs: number;
  maxAgeMs: number;
  /** 0 for as many as may be. */
  maxIdle: number;
  readTimeoutMs: number;
  maxFails: number;
  /** 0 for no limit; undefined for two for each upstream. */
  maxConnectAttempts: number | undefined;
  /** Paths: none, CA, CERT KEY, or CERT KEY CA. */
  tlsFiles: readonly Token[];
  tlsServerName: string | undefined;
  policy: PolicyName;
  healthCheck: { intervalMs: number; recursionDesired: boolean; domain: Name };
  /** 0 for no limit. */
  maxConcurrent: number;
  next: readonly number[];
  nextOnNodata: boolean;
  failfast: boolean;
  failover: readonly number[];
  sourceAddress: string | undefined;
  resolvers: readonly string[];
  /** Whether files of TO are read again when they change. */
  follow: boolean;
  /** Codes of a client's EDNS options that go on to upstreams, as ranges with both ends. */
  clientOptions: readonly OptionRange[];
}

export type OptionRange = readonly [first: number, last: number];

const MAX_TARGETS = 15;
/** So that silent upstreams cannot use up the memory: 20,000 queries for five seconds. */
const DEFAULT_MAX_CONCURRENT = 20_000;

/** Reads one `forward FROM TO...`; files and host names are left for when the server starts. */
export function parseForward(directive: Directive): ForwardOptions {
  const [from, ...to] = argumentRange(directive, 2, Number.POSITIVE_INFINITY);
  const surplus = to[MAX_TARGETS];
  if (surplus) {
    throw directive.error(`${to.length} upstreams given: at most ${MAX_TARGETS} can be`, surplus);
  }
  const options = subDirectives(directive, properties, {
    ...defaults(),
    from: parseZones([from as Token]),
    to: to.map(parseTarget),
  });
  if (options.follow && !options.to.some(({ kind }) => kind === "file")) {
    throw directive.error('"follow" without a file: no upstream could ever be another one');
  }
  const named = options.to.find(({ serverName }) => serverName !== undefined);
  if (named && options.tlsServerName !== undefined) {
    const hint = `"%${named.serverName}" and tls_servername both name the server`;
    throw tokenError(named.at, `bad upstream "${named.at.text}": ${hint}`);
  }
  if (options.maxAgeMs > 0 && options.maxAgeMs < options.expireMs) {
    throw directive.error(
      "max_age is less than expire: a socket cannot be idle for longer than it is kept",
    );
  }
  return options;
}

function defaults(): Omit<ForwardOptions, "from" | "to"> {
  return {
    except: [],
    forceTcp: false,
    preferUdp: false,
    expireMs: 10_000,
    maxAgeMs: 0,
    maxIdle: 0,
    readTimeoutMs: 2000,
    maxFails: 2,
    maxConnectAttempts: undefined,
    tlsFiles: [],
    tlsServerName: undefined,
    policy: "random",
    healthCheck: { intervalMs: 500, recursionDesired: true, domain: Name.root },
    maxConcurrent: DEFAULT_MAX_CONCURRENT,
    next: [],
    nextOnNodata: false,
    failfast: false,
    failover: [],
    sourceAddress: undefined,
    resolvers: [],
    follow: false,
    clientOptions: [],
  };
}

type Property = (sub: Directive, options: ForwardOptions) => void;

const properties: Readonly<Record<string, Property>> = {
  except: (sub, options) => {
    const names = parseZones(atLeastOne(sub));
    options.except = [...options.except, ...names];
  },
  force_tcp: (sub, options) => {
    noArguments(sub);
    options.forceTcp = true;
  },
  prefer_udp: (sub, options) => {
    noArguments(sub);
    options.preferUdp = true;
  },
  expire: (sub, options) => (options.expireMs = parseDurationMs(oneArgument(sub))),
  max_age: (sub, options) => (options.maxAgeMs = parseDurationMs(oneArgument(sub))),
  max_idle_conns: (sub, options) => (options.maxIdle = parseCount(sub)),
  read_timeout: (sub, options) => {
    options.readTimeoutMs = parseDurationMs(oneArgument(sub), { min: 1 });
  },
  max_fails: (sub, options) => (options.maxFails = parseCount(sub)),
  max_connect_attempts: (sub, options) => (options.maxConnectAttempts = parseCount(sub)),
  doh_method: (sub) => {
    throw sub.error("doh_method is for https:// upstreams, which are not built");
  },
  tls: (sub, options) => (options.tlsFiles = argumentRange(sub, 0, 3)),
  tls_servername: (sub, options) => (options.tlsServerName = oneArgument(sub).text),
  policy: (sub, options) => (options.policy = parseChoice(oneArgument(sub), policyNames)),
  health_check: (sub, options) => (options.healthCheck = parseHealthCheck(sub)),
  max_concurrent: (sub, options) => (options.maxConcurrent = parseCount(sub)),
  next: (sub, options) => (options.next = [...options.next, ...atLeastOne(sub).map(rcodeOf)]),
  next_on_nodata: (sub, options) => {
    noArguments(sub);
    options.nextOnNodata = true;
  },
  failfast_all_unhealthy_upstreams: (sub, options) => {
    noArguments(sub);
    options.failfast = true;
  },
  failover: (sub, options) => {
    options.failover = [...options.failover, ...atLeastOne(sub).map(failureOf)];
  },
  source_address: (sub, options) => (options.sourceAddress = parseAddress(oneArgument(sub))),
  client_options: (sub, options) => {
    options.clientOptions = [...options.clientOptions, ...atLeastOne(sub).map(parseOptions)];
  },
  follow: (sub, options) => {
    noArguments(sub);
    options.follow = true;
  },
  resolver: (sub, options) => (options.resolvers = atLeastOne(sub).map(parseResolver)),
};

function parseCount(sub: Directive): number {
  return parseInteger(oneArgument(sub), { min: 0, max: 0xffff_ffff });
}

function rcodeOf(token: Token): number {
  const rcode = parseRcode(token.text);
  if (rcode === undefined) throw tokenError(token, `unknown response code "${token.text}"`);
  return rcode;
}

function failureOf(token: Token): number {
  const rcode = rcodeOf(token);
  if (rcode === Rcode.NOERROR) throw tokenError(token, `"${token.text}" is not a failure`);
  return rcode;
}

/** The codes that are for local use (RFC 6891 §9). */
const LOCAL_OPTIONS: OptionRange = [65_001, 65_534];

function parseOptions(token: Token): OptionRange {
  if (token.text === "local") return LOCAL_OPTIONS;
  const code =
    token.text === "subnet"
      ? OptionCode.CLIENT_SUBNET
      : parseInteger(token, { min: 1, max: 65_534 });
  if (NEIGHBOURLY.includes(code)) {
    throw tokenError(token, `cannot parse "${token.text}": an option between two neighbours`);
  }
  return [code, code];
}

/** Of two neighbours on one connection, or of what they know of each other (RFC 7828, 7830, 7873). */
const NEIGHBOURLY: readonly number[] = [
  OptionCode.COOKIE,
  OptionCode.KEEPALIVE,
  OptionCode.PADDING,
];

function parseAddress(token: Token): string {
  if (isIP(token.text) !== 0) return token.text;
  throw tokenError(token, `cannot parse "${token.text}": not an IP address`);
}

/** `192.0.2.1:53` or `[2001:db8::1]:53`. */
function parseResolver(token: Token): string {
  const { kind, isTls, host, port } = parseTarget(token);
  if (kind === "address" && !isTls) return hostPort(host, port);
  throw tokenError(token, `cannot parse "${token.text}": not an IP address or IP:PORT`);
}
