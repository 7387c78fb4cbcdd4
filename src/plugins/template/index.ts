import { definePlugin } from "../../server/contract/plugin.ts";
import { parseTemplateDirective } from "./parse.ts";
import { Template } from "./template.ts";

export const template = definePlugin({
  name: "template",
  parse: parseTemplateDirective,
  create: (options, context) => new Template(options, context),
});
