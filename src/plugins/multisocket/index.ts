import { availableParallelism } from "node:os";
import { argumentRange, noBody, parseInteger } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/plugin.ts";
import type { Said } from "../../server/udp-wish.ts";

/** CoreDNS's limit. */
const MOST_SOCKETS = 1024;

export const multisocket = definePlugin<Said<number>>({
  name: "multisocket",
  once: true,
  parse(directive) {
    noBody(directive);
    const [at] = argumentRange(directive, 0, 1);
    const cpus = availableParallelism();
    if (!at) return { value: cpus, at: directive.name, yields: true };
    // A socket is read by a thread, and more threads than CPUs only wait for each other.
    const value = Math.min(cpus, parseInteger(at, { min: 1, max: MOST_SOCKETS }));
    return { value, at, yields: true };
  },
  configure(threads, settings) {
    settings.udp = { ...settings.udp, threads };
  },
});
