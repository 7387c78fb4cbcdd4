import ipaddr from "ipaddr.js";
import {
  argumentRange,
  atLeastOne,
  oneArgument,
  parseChoice,
  parseDurationMs,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive, Token } from "../../corefile/directive.ts";
import type { Subnet } from "./prefer.ts";

export interface LoadBalanceOptions {
  /** Undefined for `round_robin`. */
  weightFile: string | undefined;
  /** How often the weights are read again; 0 for never. */
  reloadMs: number;
  /** Addresses out of these come first, in this order. */
  prefer: Subnet[];
}

/** `loadbalance [round_robin | weighted WEIGHTFILE] { ... }` */
export function parseLoadBalance(directive: Directive): LoadBalanceOptions {
  const options: LoadBalanceOptions = { weightFile: undefined, reloadMs: 30_000, prefer: [] };
  const [policy, file] = argumentRange(directive, 0, 2);
  const isWeighted = policy && parseChoice(policy, ["round_robin", "weighted"]) === "weighted";
  if (isWeighted && !file)
    throw directive.error("missing argument: weighted takes a file of weights");
  if (!isWeighted && file) throw directive.error(`unexpected argument "${file.text}"`, file);
  options.weightFile = file?.text;
  return subDirectives(directive, properties, options);
}

const properties: Record<string, (sub: Directive, options: LoadBalanceOptions) => void> = {
  reload(sub, options) {
    if (options.weightFile === undefined) {
      throw sub.error("cannot use reload: there is no file of weights to read again");
    }
    options.reloadMs = parseDurationMs(oneArgument(sub));
  },
  prefer(sub, options) {
    if (options.weightFile !== undefined) {
      throw sub.error("cannot use prefer: the weights say which address comes first");
    }
    options.prefer.push(...atLeastOne(sub).map((token) => parseSubnet(sub, token)));
  },
};

function parseSubnet(sub: Directive, token: Token): Subnet {
  if (!ipaddr.isValidCIDR(token.text)) {
    throw sub.error(`cannot parse "${token.text}": not a CIDR such as 10.0.0.0/8`, token);
  }
  const [address, prefixLength] = ipaddr.parseCIDR(token.text);
  return { octets: address.toByteArray(), prefixLength };
}
