import { definePlugin } from "../../server/contract/plugin.ts";
import { Connect } from "./connect.ts";
import { parseConnect } from "./parse.ts";

export const connect = definePlugin({
  name: "connect",
  once: true,
  parse: parseConnect,
  create: (options, context) => new Connect(options, context),
});
