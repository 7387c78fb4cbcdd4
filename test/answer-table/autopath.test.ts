import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { noArguments } from "../../src/corefile/arguments.ts";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import {
  headless,
  namespace,
  pod,
  service,
  slice,
} from "../../src/plugins/kubernetes/cluster.cases.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { ChangingCluster } from "./changing-cluster.ts";
import { TableBench } from "./table-bench.ts";

/** Stands for an upstream that knows one name. */
const upstream = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname }) => {
      const reply = new Reply(Rcode.NXDOMAIN);
      reply.isForwarded = true;
      reply.authority = records(". 60 IN SOA a. b. 1 2 3 4 60");
      if (qname.key !== "\u0003www\u0004test\0") return reply;
      reply.rcode = Rcode.NOERROR;
      reply.authority = [];
      reply.answer = records("www.test. 300 IN A 192.0.2.1");
      return reply;
    },
  }),
});

const corefile = (properties: string): string => `.:53 {
  autopath @kubernetes
  cache 300
  kubernetes cluster.local {
    ttl 300
    ${properties}
  }
  whoami
}`;

let open: TableBench[] = [];

afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
});

async function openWith(
  properties: string,
  objects: readonly ClusterObject[],
): Promise<{ cluster: ChangingCluster; bench: TableBench }> {
  const cluster = new ChangingCluster();
  const list = cluster.plugins.map((plugin) => {
    const name = typeof plugin === "string" ? plugin : plugin.name;
    return name === "whoami" ? upstream : plugin;
  });
  const bench = await TableBench.open(corefile(properties), list);
  open.push(bench);
  for (const object of objects) cluster.upsert(object);
  cluster.synced("Namespace", "Service", "EndpointSlice", "Pod");
  return { cluster, bench };
}

const QUESTIONS = [
  "www.test.shop.svc.cluster.local A",
  "www.test.data.svc.cluster.local A",
  "web.shop.shop.svc.cluster.local A",
  "web.shop.svc.cluster.local A",
  "gone.shop.svc.cluster.local A",
  "db.data.data.svc.cluster.local A",
];
const CLIENTS = ["10.0.0.1", "10.0.0.2", "127.0.0.1"];

async function say(bench: TableBench, question: string, client: string): Promise<string> {
  const packet = await bench.ask(encodeQuestion(parseQuestion(question), 1), client);
  const message = packet && parseMessage(packet);
  if (!message) return "none";
  const lines = message.answer.map((record) => formatRecord(record).replace(/ \d+ IN /, " "));
  return [message.rcode, ...lines].join(" | ");
}

async function sayAll(bench: TableBench): Promise<string[]> {
  const said: string[] = [];
  for (const client of CLIENTS) {
    for (const question of QUESTIONS) {
      said.push(`${client} ${question}: ${await say(bench, question, client)}`);
    }
  }
  return said;
}

function ofPods(path: string, ...addresses: readonly string[]): ClusterObject {
  return slice(
    path,
    addresses.map((address, i) => ({ addresses: [address], podName: "p", ready: i === 0 })),
  );
}

const OBJECTS: readonly ClusterObject[] = [
  namespace("data"),
  service("shop/web", { clusterIPs: ["10.96.0.1"] }),
  service("shop/gone", { clusterIPs: ["10.96.0.2"] }),
  headless("data/db"),
  ofPods("data/db", "10.0.0.1"),
  ofPods("data/db", "10.0.0.2", "10.0.0.1"),
  ofPods("shop/api", "10.0.0.1", "10.0.0.2"),
  ofPods("shop/api", "10.0.0.2"),
  pod("shop/p", "10.0.0.1"),
  pod("data/q", "10.0.0.2"),
  { ...pod("data/q", "10.0.0.2"), phase: "Succeeded" },
];

const keyOf = ({ kind, namespace: space, name }: ClusterObject): string =>
  `${kind}/${space}/${name}`;

describe.each(["", "pods verified"])("with autopath and kubernetes { %s }", (properties) => {
  it("a pod's name is completed and kept for nobody else, and others lose nothing", async () => {
    const { bench } = await openWith(properties, [
      namespace("shop"),
      service("shop/web", { clusterIPs: ["10.96.0.1"] }),
      ofPods("shop/api", "10.0.0.1"),
      pod("shop/p", "10.0.0.1"),
    ]);
    const completed =
      "0 | www.test.shop.svc.cluster.local. CNAME www.test. | www.test. A 192.0.2.1";
    for (let i = 0; i < 4; i++) {
      expect(await say(bench, QUESTIONS[0] ?? "", "10.0.0.1")).toBe(completed);
      expect(await say(bench, QUESTIONS[0] ?? "", "127.0.0.1")).toBe("3");
    }
    // One for the namespace, one for those outside.
    expect(bench.table.size).toBe(2);
    expect(bench.askTable(encodeQuestion(parseQuestion(QUESTIONS[0] ?? ""), 1), "10.0.0.9")).toBe(
      undefined,
    );
    for (let i = 0; i < 4; i++) await say(bench, "web.shop.svc.cluster.local A", "10.0.0.1");
    for (let i = 0; i < 4; i++) await say(bench, "www.test.svc.cluster.local A", "10.0.0.1");
    expect(bench.table.size).toBe(4);
  });

  it("what is kept for a namespace is given to each of its pods once it is known, and no longer", async () => {
    const { cluster, bench } = await openWith(properties, [
      namespace("shop"),
      namespace("data"),
      ofPods("shop/api", "10.0.0.1", "10.0.0.2"),
      pod("shop/p", "10.0.0.1"),
      pod("shop/q", "10.0.0.2"),
    ]);
    const [question = "", another = ""] = QUESTIONS;
    const packet = encodeQuestion(parseQuestion(question), 1);
    for (let i = 0; i < 3; i++) await say(bench, question, "10.0.0.1");
    expect(bench.askTable(packet, "10.0.0.1")).toBeDefined();
    expect(bench.askTable(packet, "::ffff:10.0.0.1")).toBeDefined();
    expect(bench.askTable(packet, "10.0.0.2")).toBeUndefined();
    // Another question makes it known.
    await say(bench, another.replace("data", "shop"), "10.0.0.2");
    expect(bench.askTable(packet, "10.0.0.2")).toBeDefined();
    cluster.upsert(pod("data/r", "10.0.0.2"));
    cluster.upsert(ofPods("shop/api", "10.0.0.1"));
    cluster.upsert(ofPods("data/db", "10.0.0.2"));
    expect(bench.askTable(packet, "10.0.0.2")).toBeUndefined();
    expect(await say(bench, question, "10.0.0.2")).toBe("3");
  });

  it("no answer after a change is one that a fresh server could not give", async () => {
    const changes = fc.array(
      fc.record({ object: fc.constantFrom(...OBJECTS), isRemoval: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const { cluster, bench } = await openWith(properties, [namespace("shop")]);
        const there = new Map<string, ClusterObject>([["Namespace//shop", namespace("shop")]]);
        for (const { object, isRemoval } of list) {
          for (let i = 0; i < 3; i++) await sayAll(bench);
          if (isRemoval) cluster.remove(object.kind, object);
          else cluster.upsert(object);
          // Last told, last there: which of two namespaces has an address depends on the order. To hear the same again is no news.
          if (isRemoval || there.get(keyOf(object)) !== object) there.delete(keyOf(object));
          if (!isRemoval) there.set(keyOf(object), object);
          const fresh = await openWith(properties, [...there.values()]);
          expect(await sayAll(bench)).toEqual(await sayAll(fresh.bench));
          await open.pop()?.close();
        }
        await open.pop()?.close();
      }),
      { numRuns: 15 },
    );
  });
});
