import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ClusterNames } from "../../src/cluster/cluster-names.ts";
import { noArguments } from "../../src/corefile/arguments.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { ClusterObject, ClusterSink, Service } from "../../src/kube/cluster-source.ts";
import { kindsOf } from "../../src/kube/cluster-source.ts";
import { plugins } from "../../src/plugins/index.ts";
import { service, slice } from "../../src/plugins/kubernetes/cluster.cases.ts";
import { NodeIndex } from "../../src/plugins/nodes/node-index.ts";
import { parseNodes, SELECTION } from "../../src/plugins/nodes/parse.ts";
import { nodeZones } from "../../src/plugins/nodes/zones.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import { records } from "../../src/testing/query.ts";
import { pluginName } from "../../src/server/plugin-order.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { House } from "./house.ts";

/** Stands for an upstream, which knows every name. */
const upstream = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname }) => {
      const reply = new Reply(Rcode.NOERROR, 0, Validity.once);
      reply.isForwarded = true;
      reply.answer = records(`${qname.toString()} 300 IN A 198.51.100.1`);
      return reply;
    },
  }),
});

/** A server with *nodes*, behind cache and table, over a cluster that the test changes. */
class Nodes {
  readonly house: House;
  readonly sink: ClusterSink;

  private constructor(house: House, sink: ClusterSink) {
    this.house = house;
    this.sink = sink;
  }

  static async open(properties: string, objects: Iterable<ClusterObject>): Promise<Nodes> {
    let sink: ClusterSink | undefined;
    const source = {
      start: async (given: ClusterSink): Promise<void> => void (sink = given),
      stop: () => Promise.resolve(),
    };
    const nodes = definePlugin({
      name: "nodes",
      parse: parseNodes,
      create: (options, context) =>
        new ClusterNames(
          {
            zones: nodeZones(options.zones ?? context.zones, options.ttlSeconds),
            fallthrough: options.fallthrough,
            kinds: kindsOf(SELECTION),
          },
          new NodeIndex(options, Date.now),
          source,
          context,
        ),
    });
    const house = await House.open(
      `.:53 {\n cache 300\n nodes cluster.local {\n ttl 300\n ${properties}\n }\n whoami\n}`,
      plugins.map((plugin) => {
        const name = pluginName(plugin);
        return name === "nodes" ? nodes : name === "whoami" ? upstream : plugin;
      }),
    );
    if (!sink) throw new Error("not started");
    for (const object of objects) sink.upsert(object);
    for (const kind of kindsOf(SELECTION)) sink.synced(kind);
    return new Nodes(house, sink);
  }
}

const QUESTIONS = [
  "node-a.node.cluster.local A",
  "node-b.node.cluster.local A",
  "web.shop.nodeport.cluster.local A",
  "_http._tcp.web.shop.nodeport.cluster.local SRV",
  "_dns._udp.web.shop.nodeport.cluster.local SRV",
  "shop.nodeport.cluster.local A",
];

/** Response code and records without TTLs; serial numbers are not compared either. */
async function sayAll({ house }: Nodes): Promise<string[]> {
  const said: string[] = [];
  for (const question of QUESTIONS) {
    const packet = await house.ask(encodeQuestion(parseQuestion(question), 1));
    const message = packet && parseMessage(packet);
    const lines = message?.answer.map((one) => formatRecord(one).replace(/ \d+ IN /, " ")) ?? [];
    said.push([question, message?.rcode, ...lines.toSorted()].join(" | "));
  }
  return said;
}

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

const keyOf = ({ kind, namespace, name }: ClusterObject): string => `${kind}/${namespace}/${name}`;

describe.each(["", "fallthrough", "not_ready"])("with cache behind nodes { %s }", (properties) => {
  it("no answer after a change is one that a fresh server could not give", async () => {
    const changes = fc.array(
      fc.record({ object: fc.constantFrom(...OBJECTS), isRemoval: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const there = new Map<string, ClusterObject>();
        const { house, sink } = await Nodes.open(properties, []);
        const nodes = { house, sink };
        for (const { object, isRemoval } of list) {
          // The second and third time, cache and table answer.
          for (let i = 0; i < 3; i++) await sayAll(nodes);
          if (isRemoval) sink.remove(object.kind, object);
          else sink.upsert(object);
          if (isRemoval) there.delete(keyOf(object));
          else there.set(keyOf(object), object);
          const fresh = await Nodes.open(properties, there.values());
          expect(await sayAll(nodes)).toEqual(await sayAll(fresh));
          await fresh.house.close();
        }
        await house.close();
      }),
      { numRuns: 15 },
    );
  });
});

it("a change of one Service leaves the answers about others where they are", async () => {
  const nodes = await Nodes.open("", [node("node-a", "192.0.2.1"), service("shop/web", exposed)]);
  for (let i = 0; i < 3; i++) await sayAll(nodes);
  const { size } = nodes.house.table;
  expect(size).toBe(QUESTIONS.length);
  nodes.sink.upsert(service("shop/other", exposed));
  expect(nodes.house.table.size).toBe(size);
  // As it was, as a kubelet tells each few minutes.
  nodes.sink.upsert(node("node-a", "192.0.2.1"));
  expect(nodes.house.table.size).toBe(size);
  nodes.sink.upsert(node("node-a", "192.0.2.9"));
  expect(nodes.house.table.size).toBeLessThan(size);
  await nodes.house.close();
});
