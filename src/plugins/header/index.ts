import { definePlugin } from "../../server/contract/plugin.ts";
import { Header } from "./header.ts";
import { parseHeader } from "./parse.ts";

export const header = definePlugin({
  name: "header",
  parse: parseHeader,
  merge: (all) => ({
    query: all.flatMap(({ query }) => query),
    response: all.flatMap(({ response }) => response),
  }),
  create: (options) => new Header(options),
});
