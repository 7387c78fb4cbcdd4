import { definePlugin } from "../../server/contract/plugin.ts";
import { Errors } from "./errors.ts";
import { parseErrors } from "./parse.ts";

export const errors = definePlugin({
  name: "errors",
  once: true,
  parse: parseErrors,
  create: (options, context) => new Errors(options, context),
});
