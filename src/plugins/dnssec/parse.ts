import {
  argumentRange,
  oneArgument,
  parseChoice,
  parseInteger,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";

export interface DnssecOptions {
  /** Undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** The files of each key: one of them, or what their names have in common. */
  readonly keys: Token[];
  /** RRsets whose signatures are kept, and as many denials. */
  cacheCapacity: number;
}

const DEFAULT_CAPACITY = 10_000;
/** Half a kilobyte each, so half a gigabyte. */
const MAX_CAPACITY = 1_000_000;

const PROPERTIES: Record<string, (sub: Directive, options: DnssecOptions) => void> = {
  key(sub, { keys }) {
    const [source = sub.name, ...names] = argumentRange(sub, 2, Infinity);
    if (parseChoice(source, ["file", "aws_secretsmanager"]) === "aws_secretsmanager")
      throw sub.error('"aws_secretsmanager" is not built: expected "file"', source);
    keys.push(...names);
  },
  cache_capacity(sub, options) {
    const bounds = { min: 1, max: MAX_CAPACITY };
    options.cacheCapacity = parseInteger(oneArgument(sub), bounds);
  },
};

/** Reads `dnssec [ZONES...] { key file KEY... cache_capacity CAPACITY }`. */
export function parseDnssec(directive: Directive): DnssecOptions {
  const { args } = directive;
  const zones = args.length === 0 ? undefined : parseZones(args);
  const options: DnssecOptions = { zones, keys: [], cacheCapacity: DEFAULT_CAPACITY };
  subDirectives(directive, PROPERTIES, options);
  if (options.keys.length === 0)
    throw directive.error('missing property "key": there is nothing to sign with');
  return options;
}
