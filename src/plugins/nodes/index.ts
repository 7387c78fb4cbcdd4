import { Name } from "../../dns/name.ts";
import { ClusterNames } from "../../cluster/cluster-names.ts";
import { makeSource } from "../../cluster/make-source.ts";
import { kindsOf } from "../../kube/cluster-source.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { NodeIndex } from "./node-index.ts";
import { parseNodes, SELECTION } from "./parse.ts";
import { nodeZones } from "./zones.ts";

export const nodes = definePlugin({
  name: "nodes",
  once: true,
  parse: parseNodes,
  reach: ({ zones }) => ({
    ...(zones ? { zones } : {}),
    // Nearly all names in its zones are others'.
    handsOn: [Name.root],
  }),
  create(options, context) {
    const zones = nodeZones(options.zones ?? context.zones, options.ttlSeconds);
    return new ClusterNames(
      { zones, fallthrough: options.fallthrough, kinds: kindsOf(SELECTION) },
      new NodeIndex(options, Date.now),
      makeSource(options, SELECTION, context),
      context,
    );
  },
});
