import { definePlugin } from "../../server/contract/plugin.ts";
import { Autopath } from "./autopath.ts";
import { autopathMetrics } from "./metrics.ts";
import { parseAutopath } from "./parse.ts";
import { FilePath } from "./file-path.ts";
import { OfferedPaths } from "./offered-paths.ts";

export const autopath = definePlugin({
  name: "autopath",
  parse: parseAutopath,
  // The last one counts.
  merge: (all) => all.reduce((_, last) => last),
  create(options, context) {
    const { source } = options;
    const paths =
      "plugin" in source ? new OfferedPaths(source, context) : new FilePath(source, context);
    const success = autopathMetrics(context.metrics).with(context.serverLabel);
    return new Autopath(options.zones ?? context.zones, paths, success);
  },
});
