import {
  noArguments,
  noBody,
  oneArgument,
  parseOnOff,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";

export interface LocalOptions {
  /** Whether `localhost.` in front of any name makes it local, too; undefined: it does. */
  hasPrefix: boolean | undefined;
}

const PROPERTIES: Record<string, (sub: Directive, options: LocalOptions) => void> = {
  localhost_prefix(sub, options) {
    noBody(sub);
    options.hasPrefix = parseOnOff(oneArgument(sub));
  },
};

/** Reads `local { ... }`. */
export function parseLocal(directive: Directive): LocalOptions {
  noArguments(directive);
  return subDirectives(directive, PROPERTIES, { hasPrefix: undefined });
}
