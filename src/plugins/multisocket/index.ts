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
    // A socket is read by a thread, and more threads than CPUs only wait for each other.
    const value = Math.min(cpus, parseInteger(at, { min: 1, max: MAX_SOCKETS }));
    return { value, at, yields: true };
  },
  configure(threads, settings) {
    settings.udp = { ...settings.udp, threads };
  },
});
