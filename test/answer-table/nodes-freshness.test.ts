import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterNames } from "../../src/cluster/cluster-names.ts";
import type { ClusterObject, Service } from "../../src/kube/cluster-source.ts";
import { kindsOf } from "../../src/kube/cluster-source.ts";
import { service, slice } from "../../src/plugins/kubernetes/cluster.cases.ts";
import { NodeIndex } from "../../src/plugins/nodes/node-index.ts";
import type { NodesOptions } from "../../src/plugins/nodes/parse.ts";
import { parseNodes, SELECTION } from "../../src/plugins/nodes/parse.ts";
import { nodeZones } from "../../src/plugins/nodes/zones.ts";
import type { ToldPlugin } from "./told-bench.ts";
import { expectFresh, ToldBench } from "./told-bench.ts";

const kinds = kindsOf(SELECTION);

const nodes: ToldPlugin<NodesOptions> = {
  name: "nodes",
  kinds,
  parse: parseNodes,
  create(options, context, source) {
    const zones = nodeZones(options.zones ?? context.zones, options.ttlSeconds);
    const { fallthrough } = options;
    const index = new NodeIndex(options, Date.now);
    return new ClusterNames({ zones, fallthrough, kinds }, index, source, context);
  },
};

function openWith(properties: string, objects: Iterable<ClusterObject>): Promise<ToldBench> {
  return ToldBench.open(nodes, `nodes cluster.local {\n ttl 300\n ${properties}\n }`, objects);
}

const QUESTIONS = [
  "node-a.node.cluster.local A",
  "node-b.node.cluster.local A",
  "web.shop.nodeport.cluster.local A",
  "_http._tcp.web.shop.nodeport.cluster.local SRV",
  "_dns._udp.web.shop.nodeport.cluster.local SRV",
  "shop.nodeport.cluster.local A",
];

function node(name: string, address: string, ready = true): ClusterObject {
  return { kind: "Node", namespace: "", name, internalIPs: [address], externalIPs: [], ready };
}

const exposed: Partial<Service> = {
  type: "NodePort",
  clusterIPs: ["10.0.0.1"],
  ports: [{ name: "http", port: 80, protocol: "tcp", nodePort: 30_080 }],
};
const dns = { name: "dns", port: 53, protocol: "udp", nodePort: 30_053 };

function sliceOn(nodeName: string): ClusterObject {
  const made = slice("shop/web", ["10.1.0.1"]);
  return { ...made, endpoints: made.endpoints.map((one) => ({ ...one, nodeName })) };
}

const OBJECTS: readonly ClusterObject[] = [
  node("node-a", "192.0.2.1"),
  node("node-a", "192.0.2.7"),
  node("node-a", "192.0.2.1", false),
  node("node-b", "192.0.2.2"),
  service("shop/web", exposed),
  service("shop/web", { ...exposed, isLocal: true }),
  service("shop/web", { ...exposed, ports: [dns] }),
  service("shop/web", { clusterIPs: ["10.0.0.1"] }),
  service("shop/other", exposed),
  sliceOn("node-a"),
  sliceOn("node-b"),
];

describe.each(["", "fallthrough", "not_ready"])("with cache behind nodes { %s }", (properties) => {
  it("no answer after a change is one that a fresh server could not give", async () => {
    const change = fc.record({ object: fc.constantFrom(...OBJECTS), isRemoval: fc.boolean() });
    const changes = fc.array(change, { minLength: 1, maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(changes, (list) =>
        expectFresh((objects) => openWith(properties, objects), QUESTIONS, list),
      ),
      { numRuns: 15 },
    );
  });
});

it("a change of one Service leaves the answers about others where they are", async () => {
  const told = await openWith("", [node("node-a", "192.0.2.1"), service("shop/web", exposed)]);
  for (let i = 0; i < 3; i++) await told.sayAll(QUESTIONS);
  const { size } = told.bench.table;
  expect(size).toBe(QUESTIONS.length);
  told.sink.upsert(service("shop/other", exposed));
  expect(told.bench.table.size).toBe(size);
  // As it was, as a kubelet tells each few minutes.
  told.sink.upsert(node("node-a", "192.0.2.1"));
  expect(told.bench.table.size).toBe(size);
  told.sink.upsert(node("node-a", "192.0.2.9"));
  expect(told.bench.table.size).toBeLessThan(size);
  await told.bench.close();
});
