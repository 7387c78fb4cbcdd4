import {
  argumentRange,
  noArguments,
  noBody,
  parseDurationMs,
  parseInteger,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";

export interface ErraticOptions {
  /** Of so many queries one gets no reply; 0 for none. Undefined: said nowhere. */
  drop?: number;
  /** Of so many queries one is answered late. */
  delay?: number;
  delayMs?: number;
  /** Of so many queries one is answered with TC. */
  truncate?: number;
  /** Whether there are thirty addresses rather than one. */
  isLarge?: boolean;
}

const DEFAULT_AMOUNT = 2;
const DEFAULT_DELAY_MS = 100;
/** What Go's int32 holds. */
const AMOUNT = { min: 0, max: 2_147_483_647 };

const PROPERTIES: Record<string, (sub: Directive, options: ErraticOptions) => void> = {
  drop(sub, options) {
    options.drop = readAmount(sub, 1);
  },
  delay(sub, options) {
    options.delay = readAmount(sub, 2);
    const [, duration] = sub.args;
    options.delayMs = duration ? parseDurationMs(duration) : DEFAULT_DELAY_MS;
  },
  truncate(sub, options) {
    options.truncate = readAmount(sub, 1);
  },
  large(sub, options) {
    noArguments(sub);
    options.isLarge = true;
  },
};

/** Reads `erratic { ... }`. */
export function parseErratic(directive: Directive): ErraticOptions {
  noArguments(directive);
  for (const sub of directive.body) noBody(sub);
  return subDirectives<ErraticOptions>(directive, PROPERTIES, {});
}

/** The last word on each counts. If nothing is said of any fault, every second query gets no reply. */
export function mergeErratic(all: readonly ErraticOptions[]): ErraticOptions {
  const merged: ErraticOptions = Object.assign({}, ...all);
  const { drop, delay = 0, truncate = 0 } = merged;
  return { ...merged, drop: drop ?? (delay > 0 || truncate > 0 ? 0 : DEFAULT_AMOUNT) };
}

function readAmount(sub: Directive, most: number): number {
  const [amount] = argumentRange(sub, 0, most);
  return amount ? parseInteger(amount, AMOUNT) : DEFAULT_AMOUNT;
}
