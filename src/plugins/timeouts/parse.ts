import {
  noArguments,
  oneArgument,
  parseDurationMs,
  parseInteger,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { ConfiguredTcp } from "../../server/contract/configured-tcp.ts";

type Draft = { -readonly [Limit in keyof ConfiguredTcp]: ConfiguredTcp[Limit] };

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;
const UNLIMITED = -1;

/** `timeouts { read DURATION, write DURATION, idle DURATION, maxtcpqueries MAXIMUM }` */
export function parseTimeouts(directive: Directive): ConfiguredTcp {
  noArguments(directive);
  const limits = subDirectives<Draft>(directive, properties, {});
  if (Object.keys(limits).length > 0) return limits;
  throw directive.error(`nothing to do: expected one of ${Object.keys(properties).join(", ")}`);
}

const properties: Record<string, (sub: Directive, limits: Draft) => void> = {
  read: duration("readMs"),
  write: duration("writeMs"),
  idle: duration("idleMs"),
  maxtcpqueries(sub, limits) {
    const at = oneArgument(sub);
    const value = parseInteger(at, { min: UNLIMITED });
    if (value === 0) throw tokenError(at, 'cannot parse "0": neither -1 nor a positive integer');
    limits.queries = { value: value === UNLIMITED ? Infinity : value, at };
  },
};

function duration(limit: "readMs" | "writeMs" | "idleMs") {
  return (sub: Directive, limits: Draft): void => {
    const at = oneArgument(sub);
    const bounds = { min: SECOND_MS, max: DAY_MS, bareSeconds: true };
    limits[limit] = { value: parseDurationMs(at, bounds), at };
  };
}
