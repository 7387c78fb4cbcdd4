import { noBody, parseZones } from "../../corefile/arguments.ts";
import type { Name } from "../../dns/name.ts";
import { definePlugin } from "../../server/contract/plugin.ts";

export const metadata = definePlugin<readonly Name[]>({
  name: "metadata",
  once: true,
  parse(directive) {
    noBody(directive);
    return parseZones(directive.args);
  },
  configure(zones, settings) {
    settings.metadataZones = zones;
  },
});
