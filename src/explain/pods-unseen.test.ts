import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { AskedFor } from "../kube/api/testing.ts";
import { ScriptedApi, added, bookmark, failureOf, listOf, watchOf } from "../kube/api/testing.ts";
import { ExplainBench } from "./explain-bench.cases.ts";
import type { Verdict } from "./explanation.ts";

/** A cluster whose API server lets only some of it be seen, or is slow to say. */

const SHOP = "/api/v1/namespaces/shop";
const PODS = `${SHOP}/pods`;
const SERVICES = `${SHOP}/services`;
const SLICES = "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices";
const FORBIDDEN = failureOf(403, {
  reason: "Forbidden",
  message:
    'pods is forbidden: User "system:serviceaccount:kube-system:portolan" cannot list resource "pods" in API group "" in the namespace "shop"',
});

const SERVICE = {
  apiVersion: "v1",
  kind: "Service",
  metadata: { namespace: "shop", name: "web", resourceVersion: "5" },
  spec: { type: "ClusterIP", clusterIP: "None", clusterIPs: ["None"], selector: { app: "web" } },
};
const NAMESPACE = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", resourceVersion: "4" },
};

function sliceOf(...endpoints: readonly object[]): object {
  return {
    metadata: {
      namespace: "shop",
      name: "web-1",
      resourceVersion: "6",
      labels: { "kubernetes.io/service-name": "web" },
    },
    addressType: "IPv4",
    endpoints,
    ports: [],
  };
}

const UNREADY = {
  addresses: ["10.1.0.1"],
  conditions: { ready: false },
  targetRef: { kind: "Pod", name: "web-0" },
};
const ENDING = { ...UNREADY, conditions: { ready: false, serving: true, terminating: true } };
const POD = { metadata: { name: "web-0", labels: { app: "web" } }, status: { phase: "Pending" } };
const silent = (): void => {};

let api: ScriptedApi;
let bench: ExplainBench;

beforeEach(async () => {
  api = await ScriptedApi.start();
  const all = { Namespace: "/api/v1/namespaces", Service: "/api/v1/services" };
  api.script(all.Namespace, watchOf(added(NAMESPACE), bookmark("10", true, "Namespace")));
  api.script(all.Service, watchOf(added(SERVICE), bookmark("10", true)));
  api.script(
    "/apis/discovery.k8s.io/v1/endpointslices",
    watchOf(bookmark("10", true, "EndpointSlice")),
  );
  api.script(SERVICES, listOf("10", [SERVICE]));
  api.script(SLICES, listOf("10", []));
  api.script(PODS, listOf("10", [POD]));
  const corefile = `.:53 {\n kubernetes cluster.local {\n endpoint ${api.url.origin}\n }\n}`;
  bench = await ExplainBench.open(corefile, "");
});
afterEach(async () => {
  await bench.close();
  await api[Symbol.asyncDispose]();
});

async function verdict(name = "web.shop.svc.cluster.local.", lookMs = 60_000): Promise<Verdict> {
  return (await bench.explain({ name }, { ofNode: [], limitMs: 60_000, lookMs })).verdict;
}

/** What was looked at, in the order of its being asked for. */
function looks(): string[] {
  const own = ({ query }: AskedFor): boolean => query.get("limit") === "50";
  return api.asked.filter(own).map(({ path, query }) => {
    const chosen = query.get("labelSelector") ?? query.get("fieldSelector") ?? "";
    return `${path.split("/").at(-1)} ${chosen}`;
  });
}

it("what an API server has is looked at once, by what is asked for", async () => {
  expect(await verdict()).toMatchObject({
    code: "pods-not-ready",
    evidence: expect.arrayContaining([
      'pod "web-0" is not ready, and has no address: its phase is Pending',
    ]) as string[],
  });
  expect(looks().toSorted()).toEqual([
    "endpointslices kubernetes.io/service-name=web",
    "pods app=web",
    "services metadata.name=web",
  ]);
});

describe("without the right to list pods", () => {
  beforeEach(() => api.script(PODS, FORBIDDEN));

  it("says so, and who may, asks and grants it", async () => {
    const { code, evidence, unseen } = await verdict();
    expect(code).toBe("headless-without-endpoint");
    expect(evidence).toContain("it selects pods by app=web");
    expect(evidence).toContain(
      'whether there is such a pod is not seen: this server may not list pods of namespace "shop"',
    );
    expect(unseen.map(({ command }) => command)).toEqual([
      "kubectl get pods -n shop --show-labels",
      "kubectl auth can-i list pods -n shop --as system:serviceaccount:kube-system:portolan",
      "kubectl create role portolan-explain-pods -n shop --verb list --resource pods && kubectl create rolebinding portolan-explain-pods -n shop --role portolan-explain-pods --serviceaccount kube-system:portolan",
      "kubectl exec POD -- cat /etc/resolv.conf",
      "kubectl get pods -A -l k8s-app=node-local-dns -o wide",
    ]);
  });

  it("tells from the slices what they say", async () => {
    api.script(SLICES, listOf("10", [sliceOf(UNREADY)]));
    expect(await verdict()).toMatchObject({
      code: "pods-not-ready",
      evidence: expect.arrayContaining([
        'endpoint 10.1.0.1, pod "web-0", is not ready',
      ]) as string[],
    });
    api.script(SLICES, listOf("10", [sliceOf(ENDING)]));
    expect((await verdict()).code).toBe("pods-terminating");
  });

  it("names below the Service and of pods are explained without them", async () => {
    expect(await verdict("web-0.web.shop.svc.cluster.local.")).toMatchObject({
      code: "no-endpoint-name",
      evidence: expect.arrayContaining([
        'its pods are not seen: this server may not list pods of namespace "shop"',
      ]) as string[],
    });
    expect(await verdict("10-1-0-1.shop.pod.cluster.local.")).toMatchObject({
      code: "pods-disabled",
      evidence: expect.arrayContaining([
        'whether there is such a pod is not seen: this server may not list pods of namespace "shop"',
      ]) as string[],
    });
  });
});

it("an API server that is silent spoils nothing else", async () => {
  for (const path of [PODS, SERVICES, SLICES]) api.script(path, silent);
  const found = await verdict(undefined, 0);
  expect(found.code).toBe("headless-without-endpoint");
  expect(found.evidence).toContain(
    "its selector is not seen: the API server has not said which services there are in 0 ms",
  );
});

it("an API server that breaks off spoils nothing else", async () => {
  api.script(PODS, (_asked, response) => void response.destroy());
  const found = await verdict();
  expect(found.code).toBe("headless-without-endpoint");
  expect(found.evidence.join("\n")).toContain("whether there is such a pod is not seen: ");
});

it("what the API server has by now, and this server has not been told of, is said", async () => {
  api.script(SLICES, listOf("10", [sliceOf({ ...UNREADY, conditions: {} })]));
  expect(await verdict()).toMatchObject({
    code: "headless-without-endpoint",
    evidence: expect.arrayContaining([
      "the API server has 1 ready endpoint of it by now, which this server has not been told of yet",
    ]) as string[],
  });
});

it("a healthy name is looked at by nobody", async () => {
  api.script(PODS, FORBIDDEN);
  await verdict("nothing.shop.svc.cluster.local.");
  await verdict("example.org.");
  expect(looks()).toEqual([]);
});

it("a Service that is gone meanwhile is said to be", async () => {
  api.script(SERVICES, listOf("10", []));
  expect((await verdict()).evidence).toContain(
    "its selector is not seen: the API server has no such Service any more",
  );
});
