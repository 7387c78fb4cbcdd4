import { availableParallelism } from "node:os";
import { argumentRange, noBody, parseInteger } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import type { Said } from "../../server/contract/configured-udp.ts";

/** CoreDNS's limit. */
const MAX_SOCKETS = 1024;

export const multisocket = definePlugin<Said<number>>({
  name: "multisocket",
  once: true,
  parse(directive) {
    noBody(directive);
    const [at] = argumentRange(directive, 0, 1);
    const cpus = availableParallelism();
    if (!at) return { value: cpus, at: directive.name, yields: true };
    return { value: parseInteger(at, { min: 1, max: MAX_SOCKETS }), at, yields: true };
  },
  configure(sockets, settings) {
    // More threads than CPUs only wait for each other: some read several sockets.
    const threads = { ...sockets, value: Math.min(sockets.value, availableParallelism()) };
    settings.udp = { ...settings.udp, threads, sockets };
  },
});
