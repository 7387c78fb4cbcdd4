import {
  argumentRange,
  noArguments,
  oneArgument,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { parseIpv4, parseIpv6 } from "../../dns/rdata/ip-address.ts";
import { Nat64Prefix } from "../../net/nat64-prefix.ts";

export interface SiitOptions {
  /** The well-known one if undefined. */
  prefix: Nat64Prefix | undefined;
  /** Explicit address mappings (RFC 7757): IPv4 octets by IPv6 octets as latin1. */
  readonly mappings: Map<string, Buffer>;
}

/** `siit { ipv6_prefix PREFIX, eam IPV4 IPV6 }` */
export function parseSiit(directive: Directive): SiitOptions {
  noArguments(directive);
  return subDirectives<SiitOptions>(directive, properties, {
    prefix: undefined,
    mappings: new Map(),
  });
}

const properties: Record<string, (sub: Directive, options: SiitOptions) => void> = {
  ipv6_prefix(sub, options) {
    const at = oneArgument(sub);
    try {
      options.prefix = Nat64Prefix.parse(at.text);
    } catch (error) {
      throw sub.error(`cannot parse prefix "${at.text}": ${(error as Error).message}`, at);
    }
    if (options.prefix.isReservedZero) return;
    throw sub.error(`cannot use prefix "${at.text}": its ninth octet is not zero (RFC 6052)`, at);
  },
  eam(sub, { mappings }) {
    const [four, six] = argumentRange(sub, 2, 2);
    const ipv4 = parseIpv4(four?.text ?? "");
    if (!ipv4) throw sub.error(`cannot parse "${four?.text}": not an IPv4 address`, four);
    const ipv6 = parseIpv6(six?.text ?? "");
    if (!ipv6) throw sub.error(`cannot parse "${six?.text}": not an IPv6 address`, six);
    mappings.set(ipv6.toString("latin1"), ipv4);
  },
};

/** Of several directives the last prefix counts, and all mappings. */
export function mergeSiit(all: readonly SiitOptions[]): SiitOptions {
  return {
    prefix: all.findLast(({ prefix }) => prefix)?.prefix,
    mappings: new Map(all.flatMap(({ mappings }) => [...mappings])),
  };
}
