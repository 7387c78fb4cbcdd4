import { definePlugin } from "../../server/contract/plugin.ts";
import { warningsOfView } from "./warnings.ts";
import { ExpressionView } from "./view.ts";
import { parseViewDirective } from "./parse.ts";

export const view = definePlugin({
  name: "view",
  once: true,
  parse: parseViewDirective,
  warnings: warningsOfView,
  configure({ name }, settings) {
    settings.view = name;
  },
  create: (options, context) => new ExpressionView(options, context),
});
