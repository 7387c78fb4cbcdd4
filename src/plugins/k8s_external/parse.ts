import {
  argumentRange,
  noArguments,
  noBody,
  oneArgument,
  parseFallthrough,
  parseInteger,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Name } from "../../dns/name.ts";

const MAX_TTL_SECONDS = 3_600;

export interface ExternalOptions {
  /** Zones to answer for; undefined for those of the server block. */
  readonly zones: readonly Name[] | undefined;
  /** The label below a zone that the zone's own names are under, in lower-case wire form. */
  apex: string;
  ttlSeconds: number;
  /** Whether headless Services have their endpoints' addresses. */
  headless: boolean;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
}

const PROPERTIES: Record<string, (sub: Directive, options: ExternalOptions) => void> = {
  apex(sub, options) {
    options.apex = parseLabel(oneArgument(sub));
  },
  ttl(sub, options) {
    options.ttlSeconds = parseInteger(oneArgument(sub), { min: 0, max: MAX_TTL_SECONDS });
  },
  headless(sub, options) {
    noArguments(sub);
    options.headless = true;
  },
  fallthrough(sub, options) {
    options.fallthrough = parseFallthrough(sub);
  },
};

/** Reads `k8s_external [ZONE...] { ... }`. */
export function parseExternal(directive: Directive): ExternalOptions {
  const zones = argumentRange(directive, 0, Number.POSITIVE_INFINITY);
  for (const sub of directive.body) noBody(sub);
  return subDirectives(directive, PROPERTIES, {
    zones: zones.length === 0 ? undefined : parseZones(zones),
    apex: "\u0003dns",
    ttlSeconds: 5,
    headless: false,
    fallthrough: [],
  });
}

/** @returns the label in lower-case wire form */
function parseLabel(token: Token): string {
  const name = Name.tryParse(token.text);
  if (name?.labelCount() === 1) return name.key.slice(0, -1);
  throw tokenError(token, `bad apex "${token.text}": expected one label such as "dns"`);
}
