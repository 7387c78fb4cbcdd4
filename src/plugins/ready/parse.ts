import {
  argumentRange,
  noBody,
  oneArgument,
  parseChoice,
  subDirectives,
} from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";
import { parseHttpAddress } from "../../http/http-address.ts";

const MONITORS = ["until-ready", "continuously"] as const;

export interface ReadyOptions {
  readonly address: string;
  /** Whether an instance that was ready once is asked again. */
  monitor: (typeof MONITORS)[number];
}

const PROPERTIES: Record<string, (sub: Directive, options: ReadyOptions) => void> = {
  monitor(sub, options) {
    noBody(sub);
    options.monitor = parseChoice(oneArgument(sub), MONITORS);
  },
};

/** Reads `ready [ADDRESS] { monitor until-ready|continuously }`. */
export function parseReady(directive: Directive): ReadyOptions {
  const [address] = argumentRange(directive, 0, 1);
  const options: ReadyOptions = {
    address: address ? parseHttpAddress(address) : ":8181",
    monitor: "until-ready",
  };
  return subDirectives(directive, PROPERTIES, options);
}
