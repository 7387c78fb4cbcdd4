import { noArguments, noBody } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";

export const debug = definePlugin({
  name: "debug",
  parse(directive): void {
    noArguments(directive);
    noBody(directive);
  },
  configure(_options, settings) {
    settings.debug = true;
  },
});
