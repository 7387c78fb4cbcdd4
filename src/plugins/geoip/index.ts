import { argumentRange, noArguments, subDirectives } from "../../corefile/arguments.ts";
import { configPath } from "../../server/config-path.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { GeoDatabase } from "./geo-database.ts";
import { GeoIp } from "./geoip.ts";

/** `geoip DBFILE { edns-subnet }` */
export const geoip = definePlugin({
  name: "geoip",
  once: true,
  parse(directive) {
    const [at = directive.name] = argumentRange(directive, 1, 1);
    const options = { file: at.text, isBySubnet: false };
    return subDirectives<typeof options>(
      directive,
      {
        "edns-subnet"(sub, target) {
          noArguments(sub);
          target.isBySubnet = true;
        },
      },
      options,
    );
  },
  create({ file, isBySubnet }, { settings, directive, log }) {
    return new GeoIp(new GeoDatabase(configPath(file, settings, directive), log), isBySubnet);
  },
});
