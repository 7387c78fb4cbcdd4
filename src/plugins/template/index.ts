import { definePlugin } from "../../server/contract/plugin.ts";
import { parseTemplateDirective, requireServedClass } from "./parse.ts";
import { Template } from "./template.ts";

export const template = definePlugin({
  name: "template",
  parse: parseTemplateDirective,
  create(options, context) {
    requireServedClass(options, context);
    return new Template(options, context);
  },
});
