import {
  argumentRange,
  noArguments,
  oneArgument,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Nat64Prefix } from "../../net/nat64-prefix.ts";

export interface Dns64Options {
  /** The well-known one if undefined. */
  prefix: Nat64Prefix | undefined;
  /** Whether names that have AAAA records are translated too. */
  translateAll: boolean;
  /** Whether to translate for clients that ask over IPv4. */
  allowIpv4: boolean;
}

/** `dns64 [PREFIX] { prefix PREFIX, translate_all, allow_ipv4 }` */
export function parseDns64(directive: Directive): Dns64Options {
  const options: Dns64Options = { prefix: undefined, translateAll: false, allowIpv4: false };
  const [at] = argumentRange(directive, 0, 1);
  if (at) options.prefix = parsePrefix(at);
  return subDirectives(directive, properties, options);
}

const properties: Record<string, (sub: Directive, options: Dns64Options) => void> = {
  prefix(sub, options) {
    options.prefix = parsePrefix(oneArgument(sub));
  },
  translate_all(sub, options) {
    noArguments(sub);
    options.translateAll = true;
  },
  allow_ipv4(sub, options) {
    noArguments(sub);
    options.allowIpv4 = true;
  },
};

function parsePrefix(at: Token): Nat64Prefix {
  try {
    return Nat64Prefix.parse(at.text);
  } catch (error) {
    throw tokenError(at, `cannot parse prefix "${at.text}": ${(error as Error).message}`);
  }
}

/** Of several directives the last prefix counts, and whatever any of them allows. */
export function mergeDns64(all: readonly Dns64Options[]): Dns64Options {
  return {
    prefix: all.findLast(({ prefix }) => prefix)?.prefix,
    translateAll: all.some(({ translateAll }) => translateAll),
    allowIpv4: all.some(({ allowIpv4 }) => allowIpv4),
  };
}
