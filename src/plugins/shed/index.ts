import { noArguments, noBody } from "../../corefile/arguments.ts";
import { tokenError } from "../../corefile/directive.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { Shed } from "./shed.ts";

export const shed = definePlugin({
  name: "shed",
  once: true,
  parse(directive): void {
    noArguments(directive);
    noBody(directive);
  },
  create(_options, context) {
    const other = context.keys.find(({ scheme }) => scheme !== "dns");
    if (!other) return new Shed(context);
    const { name } = context.directive;
    const reason = `it is about UDP, and "${other.at.text}" is not served by it`;
    throw tokenError(name, `cannot use "${name.text}": ${reason}`);
  },
});
