import { definePlugin } from "../../server/contract/plugin.ts";
import { checkAddresses } from "./check-addresses.ts";
import { mergeBinds, parseBind } from "./parse.ts";

export const bind = definePlugin({
  name: "bind",
  parse: parseBind,
  merge: mergeBinds,
  configure({ listenOn, except }, settings) {
    settings.listenOn.push(...listenOn.map(({ text }) => text));
    settings.listenExcept.push(...except.map(({ text }) => text));
  },
  create(options, { directive }) {
    checkAddresses(options, directive);
    return {};
  },
});
