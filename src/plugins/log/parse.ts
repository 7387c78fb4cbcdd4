import {
  atLeastOne,
  noBody,
  parseChoice,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";
import { CLASSES } from "./response-class.ts";
import type { ResponseClass } from "./response-class.ts";

const COMMON_FORMAT =
  '{remote}:{port} - {>id} "{type} {class} {name} {proto} {size} {>do} {>bufsize}"' +
  " {rcode} {>rflags} {rsize} {duration}";
const COMBINED_FORMAT = `${COMMON_FORMAT} "{>opcode}"`;

/** Which queries to log, and how. */
export interface Rule {
  readonly zone: Name;
  /** With `{common}` and `{combined}` replaced by what they stand for. */
  readonly format: string;
  /** Where the format stands. */
  readonly at: Token;
  /** Undefined for all. */
  readonly classes: ReadonlySet<ResponseClass> | undefined;
}

/** Reads `log [NAMES...] [FORMAT] { class CLASSES... }`; a rule for each name. */
export function parseLog(directive: Directive): Rule[] {
  const { args } = directive;
  const last = args.at(-1);
  const hasFormat = last?.text.includes("{") === true;
  const format = hasFormat ? last.text : COMMON_FORMAT;
  const zones = parseZones(hasFormat ? args.slice(0, -1) : args);
  const classes = parseClasses(directive);
  return (zones.length === 0 ? [Name.root] : zones).map((zone) => ({
    zone,
    format: format.replaceAll("{common}", COMMON_FORMAT).replaceAll("{combined}", COMBINED_FORMAT),
    at: hasFormat ? last : directive.name,
    classes,
  }));
}

/** The rules of a block in one list: for a name, the first that matches it counts. */
export function mergeRules(all: readonly Rule[][]): Rule[] {
  return all.flat();
}

function parseClasses(directive: Directive): ReadonlySet<ResponseClass> | undefined {
  const words = new Set<ResponseClass | "all">();
  const table = {
    class(sub: Directive): void {
      noBody(sub);
      for (const token of atLeastOne(sub)) words.add(parseChoice(token, ["all", ...CLASSES]));
    },
  };
  subDirectives(directive, table, words);
  if (words.size === 0 || words.has("all")) return undefined;
  return new Set(CLASSES.filter((one) => words.has(one)));
}
