import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { noArguments } from "../../src/corefile/arguments.ts";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import { headless, namespace, service, slice } from "../../src/plugins/kubernetes/cluster.cases.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { ChangingCluster } from "./changing-cluster.ts";
import { TableBench } from "./table-bench.ts";

/** Stands for an upstream that knows every name. */
const upstream = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname }) => {
      const reply = new Reply();
      reply.isForwarded = true;
      reply.answer = records(`${qname.toString().toLowerCase()} 300 IN A 192.0.2.1`);
      return reply;
    },
  }),
});

const corefile = (properties: string): string => `.:53 {
  cache 300
  k8s_external example.org 113.0.203.in-addr.arpa {
    ttl 300
    ${properties}
  }
  kubernetes cluster.local {
    ttl 300
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
  cluster.synced("Namespace", "Service", "EndpointSlice");
  return { cluster, bench };
}

const QUESTIONS = [
  "web.shop.example.org A",
  "web.shop.example.org SRV",
  "_http._tcp.web.shop.example.org SRV",
  "lb.shop.example.org A",
  "db.shop.example.org A",
  "10-1-0-1.db.shop.example.org A",
  "new.example.org A",
  "1.113.0.203.in-addr.arpa PTR",
  "2.113.0.203.in-addr.arpa PTR",
  "ns1.dns.example.org A",
];

async function say(bench: TableBench, question: string): Promise<string> {
  const packet = await bench.ask(encodeQuestion(parseQuestion(question), 1));
  const message = packet && parseMessage(packet);
  if (!message) return "none";
  const lines = message.answer.map((record) => formatRecord(record).replace(/ \d+ IN /, " "));
  return [message.rcode, ...lines.toSorted()].join(" | ");
}

async function sayAll(bench: TableBench): Promise<string[]> {
  const said: string[] = [];
  for (const question of QUESTIONS) said.push(`${question}: ${await say(bench, question)}`);
  return said;
}

const DNS = { ports: [{ name: "dns", port: 53, protocol: "udp" }] };
const OBJECTS: readonly ClusterObject[] = [
  namespace("new"),
  service("shop/web", { externalIPs: ["203.0.113.1"] }),
  service("shop/web", { externalIPs: ["203.0.113.2"], ports: [] }),
  service("shop/web", { clusterIPs: ["10.96.0.1"] }),
  service("shop/lb", { externalIPs: ["203.0.113.1"] }),
  service("shop/lb", { externalHostnames: ["lb.example.net"] }),
  headless("shop/db"),
  slice("shop/db", ["10.1.0.1"]),
  slice("shop/db", ["10.1.0.2"]),
  service("shop/dns", { externalIPs: ["203.0.113.53"], ...DNS }),
  slice("shop/dns", ["192.0.2.53"], DNS),
];

const keyOf = ({ kind, namespace: space, name }: ClusterObject): string =>
  `${kind}/${space}/${name}`;

describe.each(["", "fallthrough", "headless", "headless\nfallthrough"])(
  "with cache and k8s_external { %s }",
  (properties) => {
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
            if (isRemoval) there.delete(keyOf(object));
            else there.set(keyOf(object), object);
            const fresh = await openWith(properties, [...there.values()]);
            expect(await sayAll(bench)).toEqual(await sayAll(fresh.bench));
            await open.pop()?.close();
          }
          await open.pop()?.close();
        }),
        { numRuns: 12 },
      );
    });
  },
);

it("names with external addresses are repeated from the table, and taken back by a change", async () => {
  const { cluster, bench } = await openWith("", [
    namespace("shop"),
    service("shop/web", { externalIPs: ["203.0.113.1"] }),
  ]);
  const questions = ["web.shop.example.org A", "gone.shop.example.org A"];
  for (let i = 0; i < 4; i++) for (const question of questions) await say(bench, question);
  expect(bench.table.size).toBe(2);
  cluster.upsert(service("shop/web", { externalIPs: ["203.0.113.2"] }));
  expect(bench.table.size).toBe(1);
  expect(await say(bench, "web.shop.example.org A")).toContain("203.0.113.2");
});
