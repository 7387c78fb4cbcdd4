import { noArguments, noBody } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { serveWhoami } from "./whoami.ts";

export const whoami = definePlugin({
  name: "whoami",
  parse(directive): void {
    noArguments(directive);
    noBody(directive);
  },
  reach: () => ({ handsOn: [] }),
  create: () => ({ isCommonOnly: true, serve: serveWhoami }),
});
