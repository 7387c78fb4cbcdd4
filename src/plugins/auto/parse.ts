import {
  argumentRange,
  oneArgument,
  parseDurationMs,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { parsePattern } from "../../corefile/pattern.ts";
import type { Name } from "../../dns/name.ts";
import type { OriginOf } from "./origin.ts";
import { defaultOrigin, originFrom } from "./origin.ts";

export interface AutoOptions {
  /** Names outside of these are the next plugin's; undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** As written; relative to the server block's root. */
  directory: string;
  originOf: OriginOf;
  /** Between looks at the folder; 0 for never again. */
  reloadMs: number;
}

const PROPERTIES: Record<string, (sub: Directive, options: AutoOptions) => void> = {
  directory(sub, options) {
    const [directory, pattern, template] = argumentRange(sub, 1, 3);
    options.directory = directory?.text ?? "";
    if (!pattern) return;
    if (!template) throw sub.error("missing argument: the template of the origin");
    const compiled = parsePattern(pattern);
    if (compiled.groupCount() === 0) throw sub.error(`"${pattern.text}" has no group`);
    options.originOf = originFrom(compiled, template.text);
  },
  reload(sub, options) {
    options.reloadMs = parseDurationMs(oneArgument(sub));
  },
};

/** Reads `auto [ZONES...] { directory DIR [REGEXP ORIGIN_TEMPLATE] ... }`. */
export function parseAuto(directive: Directive): AutoOptions {
  const zones = argumentRange(directive, 0, Infinity);
  const options: AutoOptions = {
    zones: zones.length === 0 ? undefined : parseZones(zones),
    directory: "",
    originOf: defaultOrigin,
    reloadMs: 60_000,
  };
  subDirectives(directive, PROPERTIES, options);
  if (options.directory === "") throw directive.error(`missing property "directory"`);
  return options;
}
