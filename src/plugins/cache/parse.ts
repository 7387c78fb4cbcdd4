import {
  argumentRange,
  noArguments,
  oneArgument,
  parseChoice,
  parseChoiceInAnyCase,
  parseDurationMs,
  parseInteger,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import type { CacheOptions, ServeStaleOptions, StoreOptions } from "./options.ts";
import { defaultOptions } from "./options.ts";

/** CoreDNS keeps entries in shards of equal size, and so rounds the capacity. */
const SHARDS = 256;
const MIN_CAPACITY = 1024;
/** The store's tables are allocated whole: some 24 octets an entry. */
const MAX_CAPACITY = 2 ** 24;
const FIVE_MINUTES_MS = 300_000;
const MAX_TTL_SECONDS = 0xffff_ffff;

/** `cache [TTL] [ZONES...] { ... }` */
export function parseCache(directive: Directive): CacheOptions {
  const options = defaultOptions();
  const [first, ...others] = directive.args;
  const hasTtl = first !== undefined && /^-?\d+$/.test(first.text);
  if (hasTtl) {
    const ttlSeconds = parseInteger(first, { min: 1, max: MAX_TTL_SECONDS });
    options.success.maxTtlSeconds = options.denial.maxTtlSeconds = ttlSeconds;
  }
  options.zones = parseZones(hasTtl ? others : directive.args);
  subDirectives(directive, properties, options);
  const policy = directive.body.find(({ name }) => name.text === "serve_stale_policy");
  if (policy && !directive.body.some(({ name }) => name.text === "serve_stale")) {
    throw policy.error("cannot use serve_stale_policy: it needs serve_stale");
  }
  return options;
}

type Property = (sub: Directive, options: CacheOptions) => void;

const properties: Record<string, Property> = {
  success: (sub, options) => parseStore(sub, options.success),
  denial: (sub, options) => parseStore(sub, options.denial),
  prefetch: parsePrefetch,
  serve_stale: parseServeStale,
  serve_stale_policy: parsePolicy,
  servfail(sub, options) {
    const ms = parseDurationMs(oneArgument(sub), { max: FIVE_MINUTES_MS });
    options.servfailSeconds = options.timeoutSeconds = Math.floor(ms / 1000);
  },
  disable(sub, options) {
    const [which, ...zones] = argumentRange(sub, 1, Infinity) as [Token, ...Token[]];
    const store = options[parseChoice(which, ["success", "denial"])];
    store.except = zones.length > 0 ? parseZones(zones) : [Name.root];
  },
  keepttl(sub, options) {
    noArguments(sub);
    options.keepTtl = true;
  },
};

function parseStore(sub: Directive, store: StoreOptions): void {
  const [capacity, maxTtl, minTtl] = argumentRange(sub, 1, 3);
  const entries = parseInteger(capacity as Token, { min: 0, max: MAX_CAPACITY });
  store.capacity = Math.max(MIN_CAPACITY, Math.floor(entries / SHARDS) * SHARDS);
  if (maxTtl) store.maxTtlSeconds = parseInteger(maxTtl, { min: 1, max: MAX_TTL_SECONDS });
  if (!minTtl) return;
  store.minTtlSeconds = parseInteger(minTtl, { min: 0, max: MAX_TTL_SECONDS });
  store.isMinTtlOrdered = true;
}

function parsePrefetch(sub: Directive, options: CacheOptions): void {
  const [amountToken, gapToken, percentageToken] = argumentRange(sub, 1, 3);
  const amount = parseInteger(amountToken as Token, { min: 0 });
  const gapMs = gapToken ? parseDurationMs(gapToken) : 60_000;
  const percentage = percentageToken ? parsePercentage(sub, percentageToken) : 10;
  options.prefetch = amount === 0 ? undefined : { amount, gapMs, percentage };
}

function parsePercentage(sub: Directive, token: Token): number {
  const percentage = Number(/^(\d+)%$/.exec(token.text)?.[1] ?? NaN);
  if (percentage >= 10 && percentage <= 90) return percentage;
  throw sub.error(`cannot parse percentage "${token.text}": expected 10% to 90%`, token);
}

/** `serve_stale [DURATION] [immediate [TTL [RECHECK]] | verify [TIMEOUT [TTL [RECHECK]]]]` */
function parseServeStale(sub: Directive, options: CacheOptions): void {
  const [duration, mode, ...rest] = argumentRange(sub, 0, 5);
  const stale = staleOptions(options);
  if (duration) stale.upToMs = parseDurationMs(duration);
  if (mode) stale.mode = parseChoiceInAnyCase(mode, ["immediate", "verify"]);
  const timeout = stale.mode === "verify" ? rest.shift() : undefined;
  const [ttl, recheck, surplus] = rest;
  if (surplus) throw sub.error(`unexpected argument "${surplus.text}"`, surplus);
  if (timeout) stale.verifyMs = parseDurationMs(timeout, { bareSeconds: timeout.text === "0" });
  if (ttl) stale.ttlSeconds = parseWholeSeconds(sub, ttl);
  if (recheck) stale.recheckMs = parseDurationMs(recheck, { max: FIVE_MINUTES_MS });
}

function parseWholeSeconds(sub: Directive, token: Token): number {
  const ms = parseDurationMs(token, { max: MAX_TTL_SECONDS * 1000 });
  if (ms % 1000 === 0) return ms / 1000;
  throw sub.error(`cannot parse TTL "${token.text}": not a whole number of seconds`, token);
}

function parsePolicy(sub: Directive, options: CacheOptions): void {
  parseChoiceInAnyCase(oneArgument(sub), ["prefer_positive"]);
  const stale = staleOptions(options);
  if (stale.preferPositive) throw sub.error("serve_stale_policy can stand only once");
  stale.preferPositive = true;
}

function staleOptions(options: CacheOptions): ServeStaleOptions {
  options.serveStale ??= {
    upToMs: 3_600_000,
    mode: "immediate",
    verifyMs: 0,
    ttlSeconds: 0,
    recheckMs: 0,
    preferPositive: false,
  };
  return options.serveStale;
}
