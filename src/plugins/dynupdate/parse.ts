import {
  argumentRange,
  oneArgument,
  parseInteger,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { parseServerKeys } from "../../corefile/server-key.ts";
import { Name } from "../../dns/name.ts";
import { RrType, parseRrType } from "../../dns/iana/rr-type.ts";
import { isMetaType } from "../../zone/update/meta-types.ts";
import { isOfSigners } from "../../zone/update/prescan.ts";

/** Who may update what. */
export interface AllowRule {
  readonly key: Token;
  readonly keyName: Name;
  /** Undefined for all names of the zone, "apex" for its own. */
  readonly owner: Name | "apex" | undefined;
  readonly ownerToken: Token;
  /** Undefined for all types; ANY stands for the removal of all that a name has. */
  readonly types: ReadonlySet<number> | undefined;
}

export interface DynupdateOptions {
  readonly directive: Directive;
  /** Undefined for that of the server block. */
  readonly zone: Name | undefined;
  /** As written; relative to the server block's root. */
  seed: string | undefined;
  database: string | undefined;
  readonly rules: AllowRule[];
  maxRecords: number | undefined;
  maxOctets: number | undefined;
  maxUpdateRecords: number | undefined;
}

export const DEFAULT_MAX_RECORDS = 10_000;
export const DEFAULT_MAX_OCTETS = 8_388_608;
export const DEFAULT_MAX_UPDATE_RECORDS = 1_024;

const PROPERTIES: Record<string, (sub: Directive, options: DynupdateOptions) => void> = {
  file(sub, options) {
    once(sub, options.seed);
    options.seed = oneArgument(sub).text;
  },
  database(sub, options) {
    once(sub, options.database);
    const token = oneArgument(sub);
    if (token.text === "") throw tokenError(token, "empty path");
    options.database = token.text;
  },
  allow(sub, options) {
    options.rules.push(parseAllow(sub));
  },
  max_records(sub, options) {
    once(sub, options.maxRecords);
    options.maxRecords = parseInteger(oneArgument(sub), { min: 1 });
  },
  max_bytes(sub, options) {
    once(sub, options.maxOctets);
    options.maxOctets = parseInteger(oneArgument(sub), { min: 1 });
  },
  max_update_records(sub, options) {
    once(sub, options.maxUpdateRecords);
    options.maxUpdateRecords = parseInteger(oneArgument(sub), { min: 1 });
  },
};

/** Reads `dynupdate [ZONE] { file DBFILE; allow KEY NAME TYPE...; ... }`. */
export function parseDynupdate(directive: Directive): DynupdateOptions {
  const [token] = argumentRange(directive, 0, 1);
  const options: DynupdateOptions = {
    directive,
    zone: token && parseZone(token),
    seed: undefined,
    database: undefined,
    rules: [],
    maxRecords: undefined,
    maxOctets: undefined,
    maxUpdateRecords: undefined,
  };
  subDirectives(directive, PROPERTIES, options);
  if (options.seed === undefined) throw directive.error(`"file" is required`);
  if (options.rules.length === 0) throw directive.error(`"allow" is required`);
  return options;
}

function once(sub: Directive, before: unknown): void {
  if (before !== undefined) throw sub.error(`"${sub.name.text}" can stand only once`);
}

function parseZone(token: Token): Name {
  const [key, another] = parseServerKeys(token);
  if (!key || another) throw tokenError(token, `"${token.text}" is more than one zone`);
  return Name.parse(key.zone);
}

function parseAllow(sub: Directive): AllowRule {
  const [key = sub.name, ownerToken = sub.name, ...types] = argumentRange(sub, 3, Infinity);
  const keyName = ["", "*", "@"].includes(key.text) ? undefined : Name.tryParse(key.text);
  if (!keyName) throw tokenError(key, `bad name of a key: "${key.text}"`);
  return { key, keyName, owner: parseOwner(ownerToken), ownerToken, types: parseTypes(types) };
}

function parseOwner(token: Token): AllowRule["owner"] {
  if (token.text === "*") return undefined;
  if (token.text === "@") return "apex";
  const owner = Name.tryParse(token.text);
  if (owner) return owner;
  throw tokenError(token, `bad name "${token.text}": expected a name of the zone, @ or *`);
}

function parseTypes(tokens: readonly Token[]): AllowRule["types"] {
  const all = tokens.find(({ text }) => text === "*");
  if (all && tokens.length > 1)
    throw tokenError(all, `"*" stands for all types: leave the others out`);
  return all ? undefined : new Set(tokens.map(parseType));
}

function parseType(token: Token): number {
  const type = parseRrType(token.text);
  if (type === undefined || isMetaType(type))
    throw tokenError(token, `unknown type "${token.text}": expected one of records, ANY or *`);
  if (type !== RrType.ANY && isOfSigners(type))
    throw tokenError(
      token,
      `type "${token.text}" cannot be updated: whoever signs the zone makes such records`,
    );
  return type;
}
