import { Name } from "../dns/name.ts";
import type { Token } from "./directive.ts";
import { Directive, tokenError } from "./directive.ts";
import { Faults } from "./faults.ts";
import { parseGoDuration } from "./go-duration.ts";
import { didYouMean, nearestName } from "../text/nearest-name.ts";
import { parseServerKeys } from "./server-key.ts";

/*
 * Helpers for the `parse` of plugins. Each throws a CorefileError that names the plugin, the
 * file and line, what was found and what would be right.
 */

/**
 * Walks the body of `directive`; each sub-directive is read by the function of its name. All that is wrong in it is
 * told at once.
 */
export function subDirectives<T>(
  directive: Directive,
  table: Readonly<Record<string, (sub: Directive, target: T) => void>>,
  target: T,
): T {
  const faults = new Faults();
  for (const sub of directive.body) {
    faults.try(() => {
      const name = sub.name.text;
      const read = Object.hasOwn(table, name) ? table[name] : undefined;
      if (!read) throw unknownProperty(sub, Object.keys(table));
      read(sub, target);
    });
  }
  faults.throwIfAny();
  return target;
}

/** The directive with the names of its properties in lower case, for plugins that take them in any case. */
export function inLowerCase({ name, args, body, hasBody, scope }: Directive): Directive {
  const lines = body.map((sub) => {
    const lower = { ...sub.name, text: sub.name.text.toLowerCase() };
    const { args: words, body: inner, hasBody: isOpen } = sub;
    return new Directive({ name: lower, args: words, body: inner, hasBody: isOpen, scope });
  });
  return new Directive({ name, args, body: lines, hasBody, scope });
}

function unknownProperty(sub: Directive, known: readonly string[]): Error {
  const list = known.length === 0 ? "there are none" : `known are ${known.join(", ")}`;
  const nearest = nearestName(sub.name.text, known);
  const hint = nearest === undefined ? list : `did you mean "${nearest}"? (${list})`;
  return sub.error(`unknown property "${sub.name.text}": ${hint}`);
}

export function noArguments(directive: Directive): void {
  argumentRange(directive, 0, 0);
}

export function oneArgument(directive: Directive): Token {
  const [token = directive.name] = argumentRange(directive, 1, 1);
  return token;
}

export function atLeastOne(directive: Directive): readonly Token[] {
  return argumentRange(directive, 1, Number.POSITIVE_INFINITY);
}

/** The arguments, if they are `min` to `max` in number, both included. */
export function argumentRange(directive: Directive, min: number, max: number): readonly Token[] {
  const { args, name } = directive;
  const surplus = args[max];
  if (surplus) {
    const allowed = max === 0 ? "takes no argument" : `takes ${counted(min, max)}`;
    throw directive.error(
      `unexpected argument "${surplus.text}": "${name.text}" ${allowed}`,
      surplus,
    );
  }
  if (args.length < min) {
    const found = args.length === 0 ? "none" : `${args.length}`;
    throw directive.error(
      `missing argument: "${name.text}" takes ${counted(min, max)}, found ${found}`,
    );
  }
  return args;
}

function counted(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return `${min} or more arguments`;
  const count = min === max ? `${max}` : `${min} to ${max}`;
  return `${count} argument${max === 1 ? "" : "s"}`;
}

export function noBody(directive: Directive): void {
  if (!directive.hasBody) return;
  throw directive.error(`unexpected "{": "${directive.name.text}" has no properties`);
}

/** Bounds of a number, both included. */
export interface Bounds {
  readonly min?: number;
  readonly max?: number;
}

export function parseInteger(token: Token, bounds: Bounds = {}): number {
  if (!/^[+-]?\d+$/.test(token.text)) throw unparsable(token, "not an integer");
  const value = Number(token.text);
  if (!Number.isSafeInteger(value)) throw unparsable(token, "out of range");
  return bounded(token, value, bounds, "");
}

export function parseNumber(token: Token, bounds: Bounds = {}): number {
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(token.text)) {
    throw unparsable(token, "not a number");
  }
  const value = Number(token.text);
  if (!Number.isFinite(value)) throw unparsable(token, "out of range");
  return bounded(token, value, bounds, "");
}

/** Bounds in milliseconds; nothing below 0 by default. */
export interface DurationOptions extends Bounds {
  /** Takes an integer without a unit for seconds. */
  readonly bareSeconds?: boolean;
}

/** Milliseconds of a Go duration such as "300ms", "1h30m" or "1.5s". */
export function parseDurationMs(token: Token, options: DurationOptions = {}): number {
  const isBare = options.bareSeconds === true && /^\d+$/.test(token.text);
  const value = parseGoDuration(isBare ? `${token.text}s` : token.text);
  if (value === undefined) {
    const example = options.bareSeconds === true ? '"30", "10s" or "1h30m"' : '"10s" or "1h30m"';
    throw unparsable(token, `not a duration such as ${example}`);
  }
  return bounded(token, value, { min: 0, ...options }, " ms");
}

/** A port to talk to; `{ min: 0 }` where 0 may stand for a free one. */
export function parsePort(token: Token, bounds: Bounds = {}): number {
  return parseInteger(token, { min: 1, max: 65_535, ...bounds });
}

export function parseOnOff(token: Token): boolean {
  return parseChoice(token, ["on", "off"]) === "on";
}

/** One of a few words, as `random` or `round_robin`. */
export function parseChoice<const T extends string>(token: Token, choices: readonly T[]): T {
  return chosen(token, token.text, choices);
}

/** The same in any case, which CoreDNS allows here and there. */
export function parseChoiceInAnyCase<const T extends string>(
  token: Token,
  choices: readonly T[],
): T {
  return chosen(token, token.text.toLowerCase(), choices);
}

function chosen<T extends string>(token: Token, text: string, choices: readonly T[]): T {
  const choice = choices.find((one) => one === text);
  if (choice !== undefined) return choice;
  const expected = choices.map((one) => `"${one}"`).join(", ");
  const hint = didYouMean(token.text, choices);
  throw tokenError(token, `unknown value "${token.text}", expected ${expected}${hint}`);
}

/**
 * Zones, in lower case. A CIDR stands for its reverse zones; scheme and port, if there, are left
 * out, as CoreDNS does.
 */
export function parseZones(tokens: readonly Token[]): Name[] {
  return tokens.flatMap((token) => parseServerKeys(token).map(({ zone }) => Name.parse(zone)));
}

/** `fallthrough [ZONES...]`: all of them where none is named. */
export function parseFallthrough(directive: Directive): readonly Name[] {
  return directive.args.length === 0 ? [Name.root] : parseZones(directive.args);
}

function bounded(token: Token, value: number, { min, max }: Bounds, unit: string): number {
  if (min !== undefined && value < min) throw unparsable(token, `less than ${min}${unit}`);
  if (max !== undefined && value > max) throw unparsable(token, `more than ${max}${unit}`);
  return value;
}

function unparsable(token: Token, reason: string): Error {
  return tokenError(token, `cannot parse "${token.text}": ${reason}`);
}
