import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import type { ClusterObject } from "../../src/kube/cluster-source.ts";
import {
  externalName,
  namespace,
  pod,
  service,
  slice,
} from "../../src/plugins/kubernetes/cluster.cases.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { ROOT } from "../run-portolan.ts";
import { ChangingCluster } from "./changing-cluster.ts";
import { TableBench } from "./table-bench.ts";

const EXAMPLES = join(ROOT, "deploy/examples");
const EXAMPLE = readFileSync(join(EXAMPLES, "namespaces/Corefile"), "utf8").replace(
  "ready\n",
  "\n",
);

let open: TableBench[] = [];

afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
});

/** The response code, and what the last record of an answer says. */
async function say(bench: TableBench, question: string, client: string): Promise<string> {
  const packet = await bench.ask(encodeQuestion(parseQuestion(question), 1), client);
  const message = packet && parseMessage(packet);
  if (!message) return "none";
  const [last] = message.answer.map(formatRecord).slice(-1);
  return [message.rcode, ...(last === undefined ? [] : [last.split(" ").at(-1)])].join(" ");
}

describe("the example with a policy by namespaces, over the example's manifests", () => {
  const SHOP = "10.244.1.10";
  const DATA = "10.244.2.20";
  const REFUSED = "5";

  it("gives a tenant its own namespace and two shared ones only", async () => {
    const corefile = EXAMPLE.replace("pods verified", `pods verified\nmanifests ${EXAMPLES}`);
    const bench = await TableBench.open(corefile);
    open.push(bench);
    await bench.ready();
    const cases: [string, string, string][] = [
      [SHOP, "web.shop.svc.cluster.local A", "0 10.96.80.10"],
      [SHOP, "kubernetes.default.svc.cluster.local A", "0 10.96.0.1"],
      [SHOP, "gateway.edge.svc.cluster.local A", REFUSED],
      [SHOP, "www.example.org A", REFUSED],
      [SHOP, "10.80.96.10.in-addr.arpa PTR", REFUSED],
      [SHOP, "none.shop.svc.cluster.local A", "3"],
      [DATA, "web.shop.svc.cluster.local A", REFUSED],
      ["192.0.2.1", "web.shop.svc.cluster.local A", REFUSED],
      [DATA, "kubernetes.default.svc.cluster.local A", "0 10.96.0.1"],
    ];
    for (let i = 0; i < 4; i++) {
      for (const [client, question, expected] of cases) {
        expect([client, question, await say(bench, question, client)]).toEqual([
          client,
          question,
          expected,
        ]);
      }
      expect(await say(bench, "gateway.edge.svc.cluster.local A", DATA)).toMatch(/^0 /);
    }
  });
});

const COREFILES = {
  /** Chosen by a view, a name has another address. */
  views: (properties: string) => `.:53 {
    view shop {
      expr metadata('client/namespace') == 'shop'
    }
    metadata
    cache 300
    hosts {
      192.0.2.1 who.test
      fallthrough
    }
    kubernetes cluster.local {
      ${properties}
    }
  }
  .:53 {
    cache 300
    hosts {
      192.0.2.2 who.test
    }
  }`,
  acl: (properties: string) => `.:53 {
    acl shop.svc.cluster.local {
      allow namespace shop
      block
    }
    acl {
      block namespace shop
    }
    cache 300
    kubernetes cluster.local {
      ${properties}
    }
  }`,
};

const CLIENTS = ["10.0.0.1", "10.0.0.2", "192.0.2.1"];
const NAMES = [
  "web.shop.svc.cluster.local",
  "db.data.svc.cluster.local",
  "alias.shop.svc.cluster.local",
  "gone.data.svc.cluster.local",
];
const WHO = "who.test";

const FIXED: readonly ClusterObject[] = [
  namespace("shop"),
  namespace("data"),
  service("shop/web", { clusterIPs: ["10.96.0.1"] }),
  service("data/db", { clusterIPs: ["10.96.0.2"] }),
  externalName("shop/alias", "db.data.svc.cluster.local"),
];

/** Which Pod has which of the two addresses, as both kinds of objects say it. */
interface Place {
  readonly namespace: string;
  readonly addresses: readonly string[];
}

function objectsOf(place: Place): readonly ClusterObject[] {
  const path = `${place.namespace}/p`;
  const endpoints = place.addresses.map((address) => ({ addresses: [address], podName: "p" }));
  return [pod(path, ...place.addresses), slice(path, endpoints)];
}

/** What the policy says, in another way. */
function expected(isShop: boolean, name: string): string {
  if (name === WHO) return isShop ? "0 192.0.2.1" : "0 192.0.2.2";
  const [first = "", space] = name.split(".");
  if (isShop !== (space === "shop")) return "5";
  if (first === "alias") return "0 db.data.svc.cluster.local.";
  if (first === "gone") return "3";
  return first === "web" ? "0 10.96.0.1" : "0 10.96.0.2";
}

describe.each(["", "pods verified"])(
  "with acl by namespaces and kubernetes { %s }",
  (properties) => {
    it.each(["acl", "views"] as const)(
      "no client ever gets what another namespace's client was answered: %s",
      async (how) => {
        const names = how === "views" ? [WHO] : NAMES;
        const addresses = fc.subarray(CLIENTS.slice(0, 2));
        const places = fc.record({ namespace: fc.constantFrom("shop", "data"), addresses });
        const steps = fc.array(
          fc.tuple(
            places,
            fc.array(fc.tuple(fc.constantFrom(...CLIENTS), fc.constantFrom(...names)), {
              maxLength: 12,
            }),
            fc.constantFrom("udp", "tcp"),
          ),
          { minLength: 1, maxLength: 6 },
        );
        await fc.assert(
          fc.asyncProperty(steps, async (list) => {
            const cluster = new ChangingCluster();
            const bench = await TableBench.open(COREFILES[how](properties), cluster.plugins);
            open.push(bench);
            for (const object of FIXED) cluster.upsert(object);
            cluster.synced("Namespace", "Service", "EndpointSlice", "Pod");
            const there = new Map<string, readonly string[]>();
            for (const [place, asks, transport] of list) {
              for (const object of objectsOf(place)) cluster.upsert(object);
              there.set(place.namespace, place.addresses);
              bench.transport = transport;
              for (const [client, name] of asks) {
                // An address that both have is nobody's.
                const isIn = (space: string): boolean =>
                  there.get(space)?.includes(client) === true;
                const isShop = isIn("shop") && !isIn("data");
                const said = `${client} ${name}: ${await say(bench, `${name} A`, client)}`;
                expect(said).toBe(`${client} ${name}: ${expected(isShop, name)}`);
              }
            }
            await open.pop()?.close();
          }),
          { numRuns: 25 },
        );
      },
    );

    it("a name that autopath completes is judged as what it becomes", async () => {
      const cluster = new ChangingCluster();
      const corefile = COREFILES.acl(properties).replace("acl", "autopath @kubernetes\nacl");
      const bench = await TableBench.open(corefile, cluster.plugins);
      open.push(bench);
      for (const object of FIXED) cluster.upsert(object);
      for (const [space, address] of [
        ["shop", "10.0.0.1"],
        ["data", "10.0.0.2"],
      ] as const) {
        const place = { namespace: space, addresses: [address] };
        for (const object of objectsOf(place)) cluster.upsert(object);
      }
      cluster.synced("Namespace", "Service", "EndpointSlice", "Pod");
      for (let i = 0; i < 4; i++) {
        const asks = (question: string, client: string): Promise<string> => {
          return say(bench, `${question}.svc.cluster.local A`, client);
        };
        expect(await asks("db.data.shop", "10.0.0.1")).not.toContain("10.96.0.2");
        expect(await asks("web.shop.shop", "10.0.0.1")).toBe("0 10.96.0.1");
        expect(await asks("web.shop.data", "10.0.0.2")).not.toContain("10.96.0.1");
        expect(await asks("db.data.data", "10.0.0.2")).toBe("0 10.96.0.2");
      }
    });

    it("a query that depends on it waits for nobody: it fails until the cluster is known", async () => {
      const cluster = new ChangingCluster();
      const bench = await TableBench.open(COREFILES.acl(properties), cluster.plugins);
      open.push(bench);
      for (const object of FIXED) cluster.upsert(object);
      expect(await say(bench, "web.shop.svc.cluster.local A", "10.0.0.1")).toBe("2");
      for (const object of objectsOf({ namespace: "shop", addresses: ["10.0.0.1"] })) {
        cluster.upsert(object);
      }
      cluster.synced("Namespace", "Service", "EndpointSlice", "Pod");
      expect(await say(bench, "web.shop.svc.cluster.local A", "10.0.0.1")).toBe("0 10.96.0.1");
    });
  },
);
