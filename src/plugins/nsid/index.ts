import { hostname } from "node:os";
import { noBody } from "../../corefile/arguments.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { Nsid } from "./nsid.ts";

export const nsid = definePlugin({
  name: "nsid",
  once: true,
  /** @returns the identifier; undefined for the host's name */
  parse(directive): string | undefined {
    noBody(directive);
    const words = directive.args.map(({ text }) => text);
    return words.length === 0 ? undefined : words.join(" ");
  },
  create: (identifier) => new Nsid(identifier ?? hostname()),
});
