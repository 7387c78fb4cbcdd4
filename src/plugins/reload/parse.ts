import { argumentRange, noBody, parseDurationMs } from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";

/** A timer of Node's that is set to more fires at once; this leaves room for the jitter. */
const MAX_INTERVAL_MS = 2 ** 30;

export interface ReloadOptions {
  readonly intervalMs: number;
  /** Width of the span that the interval is put into, by chance; at most half of it. */
  readonly jitterMs: number;
}

/** Reads `reload [INTERVAL] [JITTER]`. */
export function parseReload(directive: Directive): ReloadOptions {
  noBody(directive);
  const [interval, jitter] = argumentRange(directive, 0, 2);
  const intervalMs = interval
    ? parseDurationMs(interval, { min: 2_000, max: MAX_INTERVAL_MS })
    : 30_000;
  const jitterMs = jitter ? parseJitterMs(jitter) : 15_000;
  return { intervalMs, jitterMs: Math.min(jitterMs, intervalMs / 2) };
}

function parseJitterMs(token: Token): number {
  const jitterMs = parseDurationMs(token);
  if (jitterMs === 0 || jitterMs >= 1_000) return jitterMs;
  throw tokenError(token, `cannot parse jitter "${token.text}": expected "0s", or "1s" or more`);
}
