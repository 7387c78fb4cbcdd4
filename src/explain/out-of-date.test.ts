import { afterEach, beforeEach, expect, it } from "vitest";
import { ScriptedApi, added, bookmark, listOf, watchOf } from "../kube/api/testing.ts";
import { clusterView } from "../server/contract/cluster-view.ts";
import { TemporaryFolder } from "../kube/manifests/testing.ts";
import type { Verdict } from "./explanation.ts";
import { ExplainBench } from "./explain-bench.cases.ts";
import { until } from "../testing/until.ts";

function metadata(name: string, namespace?: string): object {
  return { name, namespace, resourceVersion: "1", uid: name };
}

const OBJECTS: Readonly<Record<string, [string, ...object[]]>> = {
  "/api/v1/namespaces": [
    "Namespace",
    { apiVersion: "v1", kind: "Namespace", metadata: metadata("shop") },
  ],
  "/api/v1/services": [
    "Service",
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: metadata("web", "shop"),
      spec: { type: "ClusterIP", clusterIP: "10.96.0.1", clusterIPs: ["10.96.0.1"] },
    },
  ],
  "/apis/discovery.k8s.io/v1/endpointslices": [
    "EndpointSlice",
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata("web-1", "shop"), labels: { "kubernetes.io/service-name": "web" } },
      addressType: "IPv4",
      ports: [],
      endpoints: [{ addresses: ["10.1.0.1"], conditions: { ready: true } }],
    },
  ],
};

let api: ScriptedApi;
let bench: ExplainBench;
let isAway: boolean;
let folder: TemporaryFolder;
let corefile: string;
beforeEach(async () => {
  isAway = false;
  api = await ScriptedApi.start();
  for (const [path, [kind, ...items]] of Object.entries(OBJECTS)) {
    api.script(path, (asked, response) => {
      const { query } = asked;
      const isWhole = query.get("sendInitialEvents") === "true";
      const events = isWhole ? [...items.map(added), bookmark("10", true, kind)] : [];
      const answer = query.get("watch") === null ? listOf("10", items) : watchOf(...events);
      answer(asked, response);
    });
  }
  folder = new TemporaryFolder();
  corefile = `cluster.local:53 10.in-addr.arpa:53 {
    kubernetes {
        endpoint ${api.url.origin}
        snapshot ${folder.path}/snapshot
        startup_timeout 60s
    }
}`;
  bench = await ExplainBench.open(corefile, "");
});
afterEach(async () => {
  if (!isAway) await api[Symbol.asyncDispose]();
  await bench.close();
  folder[Symbol.dispose]();
});

async function verdictOf(name: string): Promise<Verdict> {
  return (await bench.explain({ name, from: "shop" })).verdict;
}

async function goAway(): Promise<void> {
  await api[Symbol.asyncDispose]();
  isAway = true;
  await until(() => {
    const views = bench.standing.configuration.instances.flatMap(({ instance }) => {
      return clusterView.among(instance.offers ?? []);
    });
    return views.every((view) => view.state().awaySinceMs !== undefined);
  });
}

it("what is missing may be newer than the API server's last word", async () => {
  expect((await verdictOf("quite-other")).code).toBe("no-service");
  await goAway();
  const verdict = await verdictOf("quite-other");
  expect(verdict.code).toBe("cluster-out-of-date");
  expect(verdict.sentence).toMatch(
    /^Namespace "shop" has no Service "quite-other", as far as is known: the API server has been away since 20\d\d-.*Z: what was made/,
  );
  expect(verdict.next[0]?.command).toBe("kubectl get --raw /readyz");
});

it("what is misspelt stays so, and what is there is well, with the time as evidence", async () => {
  await goAway();
  const age = expect.stringMatching(/^the API server has been away since 20/) as string;
  expect(await verdictOf("wbe")).toMatchObject({
    code: "no-service",
    evidence: expect.arrayContaining([age]) as string[],
  });
  expect(await verdictOf("web")).toMatchObject({
    code: "well",
    evidence: expect.arrayContaining([age]) as string[],
  });
});

it("of a snapshot it is said how old it is, of what is there and of what may be", async () => {
  await goAway();
  await bench.close();
  bench = await ExplainBench.open(corefile.replace("60s", "1ms"), "");
  const age = expect.stringMatching(
    /^the cluster is known from a snapshot of 20\d\d-.*Z, and no later$/,
  ) as string;
  const evidence = expect.arrayContaining([age]) as string[];
  expect(await verdictOf("web")).toMatchObject({ code: "well", evidence });
  expect(await verdictOf("quite-other")).toMatchObject({ code: "not-synced", evidence });
});
