import { definePlugin } from "../../server/contract/plugin.ts";
import { Kubernetes } from "./kubernetes.ts";
import { localAddresses } from "./local-addresses.ts";
import { parseKubernetes } from "./parse.ts";
import { withSnapshot } from "./snapshot.ts";
import { makeSource } from "./source.ts";

export const kubernetes = definePlugin({
  name: "kubernetes",
  once: true,
  parse: parseKubernetes,
  create: (options, context) =>
    new Kubernetes(options, context, {
      source: withSnapshot(makeSource(options, context), options, context),
      localAddresses: localAddresses(context.settings.listenOn, context.settings.listenExcept),
      localPorts: context.keys.flatMap(({ port }) => port ?? []),
      now: Date.now,
    }),
});
