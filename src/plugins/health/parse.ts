import {
  argumentRange,
  noBody,
  oneArgument,
  parseDurationMs,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { parseHttpAddress } from "../../http/http-address.ts";

/** A timer of Node's that is set to more fires at once. */
const MAX_LAMEDUCK_MS = 2 ** 31 - 1;

export interface HealthOptions {
  readonly address: string;
  /** How long to go on serving after SIGTERM. */
  lameduckMs: number;
}

const PROPERTIES: Record<string, (sub: Directive, options: HealthOptions) => void> = {
  lameduck(sub, options) {
    noBody(sub);
    options.lameduckMs = parseDurationMs(oneArgument(sub), { max: MAX_LAMEDUCK_MS });
  },
};

/** Reads `health [ADDRESS] { lameduck DURATION }`. */
export function parseHealth(directive: Directive): HealthOptions {
  const [address] = argumentRange(directive, 0, 1);
  const options = { address: address ? parseHttpAddress(address) : ":8080", lameduckMs: 0 };
  return subDirectives(directive, PROPERTIES, options);
}
