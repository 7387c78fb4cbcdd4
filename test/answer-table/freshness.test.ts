import fc from "fast-check";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import {
  externalName,
  headless,
  namespace,
  pod,
  service,
  slice,
} from "../../src/plugins/kubernetes/cluster.cases.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { plugins } from "../../src/plugins/index.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import type { PluginOrder } from "../../src/server/plugin-order.ts";
import { QueryError } from "../../src/server/contract/query-error.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { ChangingCluster } from "./changing-cluster.ts";
import { TableBench } from "./table-bench.ts";

/** Stands for an upstream, which knows every name; those of `bad` names it fails to resolve. */
const upstream = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname }) => {
      const owner = qname.toString().toLowerCase();
      if (owner.includes("bad")) throw new QueryError(Rcode.SERVFAIL, "Cannot reach upstream");
      const reply = new Reply(Rcode.NOERROR, 0, Validity.once);
      reply.isForwarded = true;
      reply.answer = records(`${owner} 300 IN PTR elsewhere.test.`, `${owner} 300 IN A 192.0.2.1`);
      return reply;
    },
  }),
});

function nameOf(plugin: PluginOrder[number]): string {
  return typeof plugin === "string" ? plugin : plugin.name;
}

const corefile = (properties: string): string => `.:53 {
  cache 300
  kubernetes cluster.local in-addr.arpa {
    pods verified
    ttl 300
    ${properties}
  }
  whoami
}`;

interface Opened {
  readonly cluster: ChangingCluster;
  readonly bench: TableBench;
}

let open: TableBench[] = [];

afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
});

async function closeLast(): Promise<void> {
  await open.pop()?.close();
}

async function openWith(properties: string, objects: readonly ClusterObject[]): Promise<Opened> {
  const cluster = new ChangingCluster();
  const list: PluginOrder = cluster.plugins.map((plugin) =>
    nameOf(plugin) === "whoami" ? upstream : plugin,
  );
  const bench = await TableBench.open(corefile(properties), list);
  open.push(bench);
  for (const object of objects) cluster.upsert(object);
  cluster.synced("Namespace", "Service", "EndpointSlice", "Pod");
  return { cluster, bench };
}

const QUESTIONS = [
  "web.shop.svc.cluster.local A",
  "bad.shop.svc.cluster.local A",
  "alias.shop.svc.cluster.local A",
  "api.shop.svc.cluster.local SRV",
  "10-0-0-7.shop.pod.cluster.local A",
  "shop.svc.cluster.local A",
  "1.0.0.10.in-addr.arpa PTR",
  "7.0.0.10.in-addr.arpa PTR",
];

/** Response code and records without TTLs; serial numbers are not compared either. */
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

const OBJECTS: readonly ClusterObject[] = [
  namespace("shop"),
  service("shop/web", { clusterIPs: ["10.0.0.1"] }),
  service("shop/web", { clusterIPs: ["10.0.0.2"] }),
  service("shop/bad", { clusterIPs: ["10.0.0.1"] }),
  service("shop/other", { clusterIPs: ["10.0.0.7"] }),
  headless("shop/api"),
  slice("shop/api", ["10.0.0.7"]),
  slice("shop/api", ["10.0.0.1"]),
  externalName("shop/alias", "web.shop.svc.cluster.local"),
  externalName("shop/alias", "outside.test"),
  pod("shop/p", "10.0.0.7"),
];

const keyOf = ({ kind, namespace: space, name }: ClusterObject): string =>
  `${kind}/${space}/${name}`;

describe.each(["", "fallthrough", "fallthrough in-addr.arpa", "pods insecure\nfallthrough"])(
  "with cache and an upstream behind kubernetes { %s }",
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
            // The second and third time, cache and table answer.
            for (let i = 0; i < 3; i++) await sayAll(bench);
            if (isRemoval) cluster.remove(object.kind, object);
            else cluster.upsert(object);
            if (isRemoval) there.delete(keyOf(object));
            else there.set(keyOf(object), object);
            const fresh = await openWith(properties, [...there.values()]);
            expect(await sayAll(bench)).toEqual(await sayAll(fresh.bench));
            await closeLast();
          }
          await closeLast();
        }),
        { numRuns: 15 },
      );
    });
  },
);

describe("a name that fell through a hosts file to an upstream", () => {
  let folder = "";
  let file = "";

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "hosts-"));
    file = join(folder, "hosts");
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function openHosts(text: string): Promise<TableBench> {
    await writeFile(file, text);
    const bench = await TableBench.open(
      `.:53 {\n cache 300\n hosts ${file} {\n reload 10ms\n fallthrough\n }\n whoami\n }`,
      plugins.map((plugin) => (nameOf(plugin) === "whoami" ? upstream : plugin)),
    );
    open.push(bench);
    return bench;
  }

  it.each(["web.test A", "7.0.0.10.in-addr.arpa PTR", "bad.test A"])(
    "is the file's from the moment that it is in there, and no longer than that: %s",
    async (question) => {
      const bench = await openHosts("10.0.0.1 else.test\n");
      const elsewhere = await say(bench, question);
      for (let i = 0; i < 3; i++) expect(await say(bench, question)).toBe(elsewhere);
      await writeFile(file, "10.0.0.7 web.test bad.test\n");
      await expect.poll(() => say(bench, question)).not.toBe(elsewhere);
      const own = await say(bench, question);
      expect(own).toMatch(/10\.0\.0\.7|web\.test\./);
      for (let i = 0; i < 3; i++) expect(await say(bench, question)).toBe(own);
      await writeFile(file, "10.0.0.123 other.test\n");
      await expect.poll(() => say(bench, question)).toBe(elsewhere);
    },
  );
});

describe("a pointer that fell through to an upstream", () => {
  it("is the Service's from the moment that it has the address", async () => {
    const { cluster, bench } = await openWith("fallthrough in-addr.arpa", [namespace("shop")]);
    const question = "1.0.0.10.in-addr.arpa PTR";
    for (let i = 0; i < 4; i++) expect(await say(bench, question)).toContain("elsewhere.test.");
    expect(bench.table.size).toBe(1);
    cluster.upsert(service("shop/web", { clusterIPs: ["10.0.0.1"] }));
    expect(bench.table.size).toBe(0);
    expect(await say(bench, question)).toContain("web.shop.svc.cluster.local.");
  });

  it("stays where it is when another address is taken", async () => {
    const { cluster, bench } = await openWith("fallthrough in-addr.arpa", [namespace("shop")]);
    for (let i = 0; i < 4; i++) await say(bench, "1.0.0.10.in-addr.arpa PTR");
    cluster.upsert(service("shop/web", { clusterIPs: ["10.0.0.99"] }));
    expect(bench.table.size).toBe(1);
  });
});
