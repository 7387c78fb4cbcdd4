import { Name } from "../../dns/name.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { parseTemplateDirective, requireServedClass } from "./parse.ts";
import { Template } from "./template.ts";

export const template = definePlugin({
  name: "template",
  replaces: { reverse: 'it left CoreDNS with 1.1; write "template IN PTR ZONE { ... }"' },
  parse: parseTemplateDirective,
  reach: ({ zones }) => ({ ...(zones ? { zones } : {}), handsOn: [Name.root] }),
  *warnings(_options, { body }) {
    const sub = body.find(({ name }) => name.text === "upstream");
    if (sub) yield sub.error('"upstream" has no effect since CoreDNS 1.7: remove it');
  },
  create(options, context) {
    requireServedClass(options, context);
    return new Template(options, context);
  },
});
