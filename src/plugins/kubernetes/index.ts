import { definePlugin } from "../../server/contract/plugin.ts";
import { Kubernetes } from "./kubernetes.ts";
import { localAddresses } from "./local-addresses.ts";
import { parseKubernetes } from "./parse.ts";
import { selectionOf } from "./selection.ts";
import { withSnapshot } from "./snapshot.ts";
import { makeSource } from "../../cluster/make-source.ts";
import { warningsOfKubernetes } from "./warnings.ts";

export const kubernetes = definePlugin({
  name: "kubernetes",
  once: true,
  replaces: {
    federation: 'it left CoreDNS with 1.7; remove it, or see "multicluster" of "kubernetes"',
  },
  parse: parseKubernetes,
  reach({ zones, fallthrough, ttlSeconds }, { body }) {
    const at = body.findLast(({ name }) => name.text === "ttl");
    return {
      ...(zones ? { zones } : {}),
      handsOn: fallthrough,
      remedy: 'add "fallthrough"',
      ...(at ? { ttl: { seconds: ttlSeconds, at } } : {}),
    };
  },
  warnings: warningsOfKubernetes,
  create(options, context) {
    const podLabels = new Set<string>();
    const source = makeSource(options, selectionOf(options, podLabels), context);
    return new Kubernetes(options, context, {
      source: withSnapshot(source, options, context, podLabels),
      podLabels,
      localAddresses: localAddresses(context.settings.listenOn, context.settings.listenExcept),
      localPorts: context.keys.flatMap(({ port }) => port ?? []),
      now: Date.now,
    });
  },
});
