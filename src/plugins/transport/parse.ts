import {
  noArguments,
  noBody,
  oneArgument,
  parseChoice,
  parseInteger,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import type { ConfiguredUdp } from "../../server/contract/configured-udp.ts";

/** More would be a slip of the finger. */
const MAX_WORKERS = 256;

type Draft = { -readonly [Key in keyof ConfiguredUdp]: ConfiguredUdp[Key] };

const PROPERTIES: Record<string, (sub: Directive, wish: Draft) => void> = {
  udp(sub, wish) {
    noBody(sub);
    const at = oneArgument(sub);
    const value = parseChoice(at, ["auto", "native", "node"]);
    if (value === "auto") delete wish.implementation;
    else wish.implementation = { value, at };
  },
  workers(sub, wish) {
    noBody(sub);
    const at = oneArgument(sub);
    wish.threads = { value: parseInteger(at, { min: 0, max: MAX_WORKERS }), at };
  },
};

/** Reads `transport { udp auto|native|node, workers N }`. */
export function parseTransport(directive: Directive): ConfiguredUdp {
  noArguments(directive);
  const wish = subDirectives<Draft>(directive, PROPERTIES, {});
  if (wish.implementation?.value === "node" && wish.threads) {
    throw tokenError(wish.threads.at, 'cannot use "workers": node:dgram has none, see "udp node"');
  }
  return wish;
}
