import { noBody, oneArgument } from "../../corefile/arguments.ts";
import { configPath } from "../../server/config-path.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { lookForFolder } from "./look-for-folder.ts";

export const root = definePlugin({
  name: "root",
  parse(directive): string {
    noBody(directive);
    return oneArgument(directive).text;
  },
  configure(path, settings) {
    settings.root = path;
  },
  create(path, { directive, log }) {
    const look = (): Promise<void> =>
      lookForFolder(configPath(".", { root: path }, directive), log);
    return { check: look, start: look };
  },
});
