import { noArguments, noBody } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { serveMinimal } from "./minimal.ts";

export const minimal = definePlugin({
  name: "minimal",
  parse(directive): void {
    noArguments(directive);
    noBody(directive);
  },
  create: () => ({ passable: true, serve: serveMinimal }),
});
