import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
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
import { Validity } from "../../src/server/contract/validity.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { pluginName } from "../../src/server/plugin-order.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { ChangingCluster } from "./changing-cluster.ts";
import { TableBench } from "./table-bench.ts";

/** Stands for an upstream, which knows every name. */
const upstream = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname, outgoing }) => {
      const owner = qname.toString().toLowerCase();
      const reply = new Reply().narrow(Validity.once);
      reply.isForwarded = true;
      const said = outgoing.map(({ data }) => `${owner} 300 IN TXT ${data.toString("hex")}`);
      reply.answer = records(`${owner} 300 IN A 192.0.2.1`, ...said);
      if (outgoing.some(({ isPerClient }) => isPerClient)) reply.narrow(Validity.perClient);
      return reply;
    },
  }),
});

const corefile = (rules: readonly string[]): string => `.:53 {
  metadata
  ${rules.map((rule) => `rewrite ${rule}`).join("\n  ")}
  cache 300
  kubernetes cluster.local in-addr.arpa {
    pods verified
    ttl 300
    fallthrough
  }
  whoami
}`;

interface Opened {
  readonly cluster: ChangingCluster;
  readonly bench: TableBench;
}

const open: TableBench[] = [];

afterEach(async () => {
  for (const bench of open.splice(0)) await bench.close();
  vi.restoreAllMocks();
});

async function closeLast(): Promise<void> {
  await open.pop()?.close();
}

async function openWith(
  rules: readonly string[],
  objects: readonly ClusterObject[],
): Promise<Opened> {
  const cluster = new ChangingCluster();
  const list = cluster.plugins.map((plugin) =>
    pluginName(plugin) === "whoami" ? upstream : plugin,
  );
  const bench = await TableBench.open(corefile(rules), list);
  open.push(bench);
  for (const object of objects) cluster.upsert(object);
  cluster.synced("Namespace", "Service", "EndpointSlice", "Pod");
  return { cluster, bench };
}

function packet(question: string): Buffer {
  return encodeQuestion(parseQuestion(question), 1);
}

/** Response code and records without TTLs; serial numbers are not compared either. */
function format(reply: Buffer | undefined): string {
  const message = reply && parseMessage(reply);
  if (!message) return "none";
  const lines = message.answer.map((record) => formatRecord(record).replace(/ \d+ IN /, " "));
  return [message.rcode, ...lines.toSorted()].join(" | ");
}

const QUESTIONS = [
  "web.shop.svc.cluster.local A",
  "web.shop.in.example A",
  "web.shop.in.example AAAA",
  "alias.shop.in.example A",
  "api.shop.in.example SRV",
  "old.example A",
  "web.mine A",
  "1.0.0.10.in-addr.arpa PTR",
  "7.0.0.10.in-addr.arpa PTR",
  "outside.example A",
];
/** A Pod, once it is there, and somebody else. */
const CLIENTS = ["10.0.0.7", "10.0.0.99"];

async function sayAll(bench: TableBench): Promise<string[]> {
  const said: string[] = [];
  for (const question of QUESTIONS) {
    for (const address of CLIENTS) {
      said.push(`${question} ${address}: ${format(await bench.ask(packet(question), address))}`);
    }
  }
  return said;
}

const OBJECTS: readonly ClusterObject[] = [
  namespace("shop"),
  namespace("data"),
  service("shop/web", { clusterIPs: ["10.0.0.1"] }),
  service("shop/web", { clusterIPs: ["10.0.0.2"] }),
  service("data/web", { clusterIPs: ["10.0.0.3"] }),
  service("shop/other", { clusterIPs: ["10.0.0.7"] }),
  headless("shop/api"),
  slice("shop/api", ["10.0.0.7"]),
  slice("shop/api", ["10.0.0.1"]),
  externalName("shop/alias", "web.shop.svc.cluster.local"),
  externalName("shop/alias", "outside.test"),
  pod("shop/p", "10.0.0.7"),
  pod("data/q", "10.0.0.7"),
];

const keyOf = ({ kind, namespace: space, name }: ClusterObject): string =>
  `${kind}/${space}/${name}`;

const SUFFIX = "continue name suffix .in.example .svc.cluster.local answer auto";

describe.each([
  [[SUFFIX]],
  [["name regex (.*)\\.in\\.example {1}.svc.cluster.local"]],
  [[SUFFIX, "continue name old.example web.shop.svc.cluster.local", "ttl suffix .example 10-60"]],
  [["continue type AAAA A", SUFFIX]],
  [["continue cname suffix .test .shop.svc.cluster.local", SUFFIX]],
  [["continue rcode suffix .example NXDOMAIN NOERROR", SUFFIX]],
  [[SUFFIX, "edns0 local set 0xffee {client_ip}"]],
  [
    [
      "name regex ^([^.]+)\\.mine\\. {1}.{kubernetes/client-namespace}.svc.cluster.local metadata answer auto",
    ],
  ],
])("with kubernetes, cache and an upstream behind %j", (rules) => {
  it("no answer after a change is one that a fresh server could not give", async () => {
    const changes = fc.array(
      fc.record({ object: fc.constantFrom(...OBJECTS), isRemoval: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const { cluster, bench } = await openWith(rules, [namespace("shop")]);
        const there = new Map<string, ClusterObject>([["Namespace//shop", namespace("shop")]]);
        for (const { object, isRemoval } of list) {
          // The second and third time, cache and table answer.
          for (let i = 0; i < 3; i++) await sayAll(bench);
          if (isRemoval) cluster.remove(object.kind, object);
          else cluster.upsert(object);
          if (isRemoval) there.delete(keyOf(object));
          else there.set(keyOf(object), object);
          const fresh = await openWith(rules, [...there.values()]);
          expect(await sayAll(bench)).toEqual(await sayAll(fresh.bench));
          await closeLast();
        }
        await closeLast();
      }),
      { numRuns: 6 },
    );
  });
});

describe("a question that is asked again", () => {
  const objects = [namespace("shop"), service("shop/web", { clusterIPs: ["10.0.0.1"] })];

  /** What the table says, once the chain has been asked three times: what an upstream says is not repeated at first. */
  async function repeated(
    rules: readonly string[],
    question: string,
    address?: string,
  ): Promise<{ chain: string; table: string }> {
    const { bench } = await openWith(rules, objects);
    const chain = format(await bench.ask(packet(question), CLIENTS[0]));
    for (let i = 0; i < 2; i++) await bench.ask(packet(question), CLIENTS[0]);
    return { chain, table: format(bench.askTable(packet(question), address)) };
  }

  it.each([
    ["name", [SUFFIX], "web.shop.in.example A"],
    ["name without an answer", [SUFFIX], "none.shop.in.example A"],
    ["outside name", ["name exact a.example b.example"], "a.example A"],
    [
      "expression",
      ["name regex (.*)\\.in\\.example {1}.svc.cluster.local"],
      "web.shop.in.example A",
    ],
    ["type", ["type AAAA A"], "web.shop.svc.cluster.local AAAA"],
    ["TTL", ["ttl suffix .local 7"], "web.shop.svc.cluster.local A"],
    ["range of TTLs", ["ttl suffix .local 10-100"], "web.shop.svc.cluster.local A"],
    ["response code", ["rcode suffix .local NXDOMAIN NOERROR"], "none.shop.svc.cluster.local A"],
    ["option", ["edns0 local set 0xffee abcd"], "outside.test A"],
    ["option, and EDNS", ["edns0 local set 0xffee abcd"], "outside.test A +edns"],
    ["client's option, of a Service", ["edns0 subnet set 24 56"], "web.shop.svc.cluster.local A"],
    ["alias that is not there", ["cname x.test y.test"], "web.shop.svc.cluster.local A"],
  ])("is a hit of the answer table: %s", async (_what, rules, question) => {
    const { chain, table } = await repeated(rules, question, CLIENTS[1]);
    expect(table).toBe(chain);
  });

  it.each([
    ["of the client's subnet", ["edns0 subnet set 24 56"]],
    ["of the client's address", ["edns0 local set 0xffee {client_ip}"]],
  ])("of an upstream is given to nobody else if it knew %s", async (_what, rules) => {
    const question = "outside.test A";
    const { table } = await repeated(rules, question);
    expect(table).toBe("none");
    const [bench] = open;
    const said = [...CLIENTS, ...CLIENTS].map(async (address) => {
      return format(await bench?.ask(packet(question), address));
    });
    const [first, second, ...again] = await Promise.all(said);
    expect(again).toEqual([first, second]);
  });

  it("under a name made of who asks is given to nobody else", async () => {
    const rule =
      "name regex ^([^.]+)\\.mine\\. {1}.{kubernetes/client-namespace}.svc.cluster.local metadata answer auto";
    const { bench } = await openWith([rule], [...objects, pod("shop/p", "10.0.0.7")]);
    const [insider, outsider] = ["web.mine. A 10.0.0.1", "web.mine. A 192.0.2.1"];
    for (let i = 0; i < 4; i++) {
      expect(format(await bench.ask(packet("web.mine A"), CLIENTS[0]))).toBe(`0 | ${insider}`);
      expect(format(await bench.ask(packet("web.mine A"), CLIENTS[1]))).toBe(`0 | ${outsider}`);
    }
  });

  it("of a range of TTLs counts down within it, and no further", async () => {
    let nowMs = 1_000_000;
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    const { bench } = await openWith(["ttl suffix .test 30-100"], []);
    const ttls: (number | undefined)[] = [];
    for (const seconds of [0, 0, 0, 150, 49, 1, 1, 60, 10, 5]) {
      nowMs += seconds * 1_000;
      const reply = await bench.ask(packet("outside.test A"));
      ttls.push(reply && parseMessage(reply)?.answer[0]?.ttlSeconds);
    }
    // Of 300 seconds 300, 150, 101, 100, 99, 39, 29 and 24 are left.
    expect(ttls).toEqual([100, 100, 100, 100, 100, 100, 99, 39, 30, 30]);
  });
});
