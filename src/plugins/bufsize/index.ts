import { argumentRange, noBody, parseInteger } from "../../corefile/arguments.ts";
import { MAX_UDP_OCTETS } from "../../dns/edns.ts";
import { definePlugin } from "../../server/contract/plugin.ts";

export const bufsize = definePlugin({
  name: "bufsize",
  once: true,
  /** @returns octets */
  parse(directive): number {
    noBody(directive);
    const [size] = argumentRange(directive, 0, 1);
    return size ? parseInteger(size, { min: 512, max: 4_096 }) : MAX_UDP_OCTETS;
  },
  configure(octets, settings) {
    settings.maxUdpOctets = Math.min(octets, MAX_UDP_OCTETS);
  },
});
