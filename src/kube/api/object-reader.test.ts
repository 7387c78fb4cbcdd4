import { afterEach, beforeEach, expect, it } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import type { RawRead, RawWanted } from "../raw-objects.ts";
import { ApiClient } from "./api-client.ts";
import { ApiMetrics } from "./api-metrics.ts";
import { ObjectReader } from "./object-reader.ts";
import { ScriptedApi, accessTo, failureOf, listOf } from "./testing.ts";

const PODS = "/api/v1/namespaces/shop/pods";
const WANTED: RawWanted = { kind: "Pod", namespace: "shop" };
const FOREVER_MS = Number.MAX_SAFE_INTEGER;
const LONG_PAST_MS = 0;

let api: ScriptedApi;
let client: ApiClient;

beforeEach(async () => {
  api = await ScriptedApi.start();
  client = clientTo(api.url);
});
afterEach(async () => {
  client.close();
  await api[Symbol.asyncDispose]();
});

function clientTo(url: URL): ApiClient {
  return new ApiClient({
    access: accessTo(url),
    limits: { qps: 1_000, burst: 1_000, maxInflight: 0 },
    metrics: new ApiMetrics(new Metrics()),
    isSynced: () => true,
  });
}

/** Longer than any test lasts. */
function read(wanted: RawWanted = WANTED, reader = new ObjectReader(client)): Promise<RawRead> {
  return reader.read(wanted, performance.now() + 1_000_000);
}

function pod(name: string): object {
  return { metadata: { name, labels: { app: "web" } } };
}

it("asks for a list of JSON, by name and labels, page by page", async () => {
  api.script(PODS, listOf("1", [pod("a"), pod("b")], "more"), listOf("1", [pod("c")]));
  const found = await read({ ...WANTED, name: "a", labels: "app=web" });
  expect(found).toEqual({ objects: [pod("a"), pod("b"), pod("c")], isWhole: true });
  expect(api.asked.map(({ query }) => query.toString())).toEqual([
    "limit=50&labelSelector=app%3Dweb&fieldSelector=metadata.name%3Da",
    "limit=50&continue=more&labelSelector=app%3Dweb&fieldSelector=metadata.name%3Da",
  ]);
  expect(api.asked[0]?.headers.accept).toBe("application/json");
});

it.each([
  ["Namespace", "", "/api/v1/namespaces"],
  ["Service", "shop", "/api/v1/namespaces/shop/services"],
  ["EndpointSlice", "shop", "/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices"],
] as const)("knows where a %s is", async (kind, namespace, path) => {
  api.script(path, listOf("1", [pod("a")]));
  expect(await read({ kind, namespace })).toEqual({ objects: [pod("a")], isWhole: true });
});

it("says which right is missing, and to whom", async () => {
  const message =
    'pods is forbidden: User "system:serviceaccount:kube-system:portolan" cannot list resource "pods"';
  api.script(PODS, failureOf(403, { reason: "Forbidden", message }));
  expect(await read()).toEqual({
    failure: {
      code: "forbidden",
      text: 'this server may not list pods of namespace "shop"',
      right: {
        verb: "list",
        resource: "pods",
        group: "",
        namespace: "shop",
        user: "system:serviceaccount:kube-system:portolan",
      },
    },
  });
});

it("says that a server is away, or answers something else", async () => {
  // Nobody listens on port 1 of the loopback.
  const nobody = clientTo(new URL("http://127.0.0.1:1"));
  expect(await read(WANTED, new ObjectReader(nobody))).toMatchObject({
    failure: { code: "away", text: expect.stringContaining("ECONNREFUSED") as string },
  });
  nobody.close();
  api.script(PODS, failureOf(500, { message: "etcd" }));
  expect(await read()).toMatchObject({ failure: { code: "failed" } });
  api.script(PODS, (_asked, response) => void response.end("hello"));
  expect(await read()).toMatchObject({ failure: { code: "failed" } });
  api.script(PODS, (_asked, response) => void response.end('{"items": 7}'));
  expect(await read()).toEqual({
    failure: { code: "failed", text: "the API server's answer is no list" },
  });
});

it("waits for a silent server until the deadline, and asks it no more than so often", async () => {
  api.script(PODS, () => {});
  const reader = new ObjectReader(client);
  for (let i = 0; i < 8; i++) {
    expect(await reader.read(WANTED, LONG_PAST_MS)).toMatchObject({
      failure: { code: "late", text: expect.stringContaining("has not said which pods") as string },
    });
  }
  expect(await reader.read(WANTED, FOREVER_MS)).toMatchObject({
    failure: { code: "late", text: expect.stringContaining("earlier questions") as string },
  });
});

it("gives what it has if the rest cannot be had", async () => {
  api.script(PODS, listOf("1", [pod("a")], "more"), failureOf(410));
  expect(await read()).toEqual({ objects: [pod("a")], isWhole: false });
});

it("is bound in objects and octets", async () => {
  const page = Array.from({ length: 50 }, (_none, i) => pod(`pod-${i}`));
  api.script(PODS, listOf("1", page, "more"));
  const found = await read();
  expect(found.failure ?? found.objects.length).toBe(500);
  const large = { metadata: { name: "x".repeat(9 << 20) } };
  api.script(PODS, listOf("1", [large]));
  expect(await read()).toMatchObject({
    failure: {
      code: "failed",
      text: expect.stringContaining("more than 8388608 octets") as string,
    },
  });
});

it("asks for nothing that cannot be there", async () => {
  for (const name of ["a,b", "../x", "A", "-"]) {
    expect(await read({ ...WANTED, name })).toEqual({ objects: [], isWhole: true });
    expect(await read({ kind: "Pod", namespace: name })).toEqual({ objects: [], isWhole: true });
  }
  expect(api.asked).toEqual([]);
});
