import { argumentRange, noBody, parseDurationMs } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { Cancel } from "./cancel.ts";

/** CoreDNS's: by then a client with the usual time-out of five seconds has given up. */
const DEFAULT_MS = 5_001;

export const cancel = definePlugin({
  name: "cancel",
  /** @returns milliseconds */
  parse(directive): number {
    const [timeout] = argumentRange(directive, 0, 1);
    noBody(directive);
    return timeout ? parseDurationMs(timeout, { min: 1, max: 2_147_483_647 }) : DEFAULT_MS;
  },
  merge: (all) => all.at(-1) ?? DEFAULT_MS,
  create: (timeoutMs) => new Cancel(timeoutMs),
});
