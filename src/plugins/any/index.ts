import { noArguments, noBody } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { serveAny } from "./any.ts";

export const any = definePlugin({
  name: "any",
  parse(directive): void {
    noArguments(directive);
    noBody(directive);
  },
  create: () => ({ isCommonOnly: true, passable: true, serve: serveAny }),
});
