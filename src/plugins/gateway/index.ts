import { ClusterNames } from "../../cluster/cluster-names.ts";
import { makeSource } from "../../cluster/make-source.ts";
import { ServedZone } from "../../cluster/served-zone.ts";
import { kindsOf } from "../../kube/cluster-source.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { GatewayIndex } from "./gateway-index.ts";
import { IgnoredNames } from "./ignored-names.ts";
import { parseGateway, requireZones, SELECTION } from "./parse.ts";

export const gateway = definePlugin({
  name: "gateway",
  once: true,
  parse: parseGateway,
  reach: ({ zones, fallthrough }) => ({
    ...(zones ? { zones } : {}),
    handsOn: fallthrough,
    remedy: 'add "fallthrough"',
  }),
  create(options, context) {
    const names = options.zones ?? context.zones;
    requireZones(names, context.directive);
    const zones = names
      .toSorted((a, b) => b.key.length - a.key.length)
      .map((name) => new ServedZone(name, options.ttlSeconds));
    return new ClusterNames(
      { zones, fallthrough: options.fallthrough, kinds: kindsOf(SELECTION) },
      new GatewayIndex(names, new IgnoredNames(context), Date.now),
      makeSource(options, SELECTION, context),
      context,
    );
  },
});
