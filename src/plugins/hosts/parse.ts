import {
  argumentRange,
  atLeastOne,
  noArguments,
  noBody,
  oneArgument,
  parseDurationMs,
  parseInteger,
  parseFallthrough,
  parseZones,
  subDirectives,
} from "../../corefile/arguments.ts";
import { Directive } from "../../corefile/directive.ts";
import type { Name } from "../../dns/name.ts";
import { parseHostAddress } from "./host-line.ts";

export interface HostsOptions {
  /** As written; relative to the server block's root. */
  file: string;
  /** Zones to answer for; undefined for those of the server block. */
  zones: readonly Name[] | undefined;
  /** Lines of a hosts file that stand in the Corefile. */
  readonly inline: string[];
  ttlSeconds: number;
  /** Whether addresses get PTR records. */
  hasReverse: boolean;
  /** Between looks at the file; 0 for never again. */
  reloadMs: number;
  /** Zones whose unknown names go to the next plugin. */
  fallthrough: readonly Name[];
  /** Whether types other than A, AAAA and PTR of known names go there too. */
  fallthroughUnsupported: boolean;
}

const PROPERTIES: Record<string, (sub: Directive, options: HostsOptions) => void> = {
  ttl(sub, options) {
    options.ttlSeconds = parseInteger(oneArgument(sub), { min: 1, max: 65_535 });
  },
  no_reverse(sub, options) {
    noArguments(sub);
    options.hasReverse = false;
  },
  reload(sub, options) {
    options.reloadMs = parseDurationMs(oneArgument(sub));
  },
  fallthrough(sub, options) {
    options.fallthrough = parseFallthrough(sub);
  },
  fallthrough_unsupported(sub, options) {
    noArguments(sub);
    options.fallthroughUnsupported = true;
  },
};

/** Reads `hosts [FILE [ZONES...]] { ... }`; lines that begin with an address are hosts. */
export function parseHosts(directive: Directive): HostsOptions {
  const [file, ...zones] = argumentRange(directive, 0, Infinity);
  const options: HostsOptions = {
    file: file?.text ?? "/etc/hosts",
    zones: zones.length === 0 ? undefined : parseZones(zones),
    inline: [],
    ttlSeconds: 3_600,
    hasReverse: true,
    reloadMs: 5_000,
    fallthrough: [],
    fallthroughUnsupported: false,
  };
  const properties = directive.body.filter((sub) => !takeHost(sub, options));
  subDirectives(withBody(directive, properties), PROPERTIES, options);
  if (options.fallthroughUnsupported && options.fallthrough.length === 0) {
    throw directive.error(`"fallthrough_unsupported" without "fallthrough"`);
  }
  return options;
}

function takeHost(sub: Directive, options: HostsOptions): boolean {
  noBody(sub);
  if (!parseHostAddress(sub.name.text)) return false;
  const names = atLeastOne(sub).map(({ text }) => text);
  options.inline.push([sub.name.text, ...names].join(" "));
  return true;
}

function withBody(directive: Directive, body: readonly Directive[]): Directive {
  const { name, args, hasBody, scope } = directive;
  return new Directive({ name, args, body, hasBody, scope });
}
