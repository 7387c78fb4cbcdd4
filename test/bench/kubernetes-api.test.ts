import { afterAll, beforeAll, expect, it } from "vitest";
import { changedService, generateCluster } from "./cluster.ts";
import type { StaticKubernetesApi } from "./kubernetes-api.ts";
import { startKubernetesApi } from "./kubernetes-api.ts";

const cluster = generateCluster(3);
let api: StaticKubernetesApi;
const get = (path: string) => fetch(`http://127.0.0.1:${api.port}${path}`);

/** The events of a watch, so many as are wanted. */
async function watch(parameters: string, events: number, meanwhile?: () => void) {
  const response = await get(`/api/v1/services?watch=true&${parameters}`);
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  meanwhile?.();
  let text = "";
  while (text.split("\n").length <= events) text += (await reader?.read())?.value ?? "";
  await reader?.cancel();
  return text
    .trim()
    .split("\n")
    .map((line): unknown => JSON.parse(line));
}

beforeAll(async () => {
  api = await startKubernetesApi(cluster);
});
afterAll(() => api.close());

it.each([
  ["/api/v1/services", "ServiceList", cluster.services],
  ["/api/v1/namespaces", "NamespaceList", cluster.namespaces],
  ["/apis/discovery.k8s.io/v1/endpointslices", "EndpointSliceList", cluster.endpointSlices],
])("lists %s with the version to watch from", async (path, kind, items) => {
  const list: unknown = await (await get(`${path}?limit=500`)).json();
  expect(list).toMatchObject({ kind, metadata: { resourceVersion: "1000" }, items });
});

it("a streaming list sends every object, then the bookmark that ends it, and stays open", async () => {
  const events = await watch("sendInitialEvents=true", 4);
  expect(events.slice(0, 3)).toEqual(cluster.services.map((object) => ({ type: "ADDED", object })));
  expect(events[3]).toMatchObject({
    type: "BOOKMARK",
    object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
  });
});

it("a change is told to who watches, to who has missed it, and to who lists afterwards", async () => {
  const { service } = changedService(1, 3, 1);
  const object = { ...service, metadata: { ...service.metadata, resourceVersion: "1001" } };
  const event = { type: "MODIFIED", object };
  const change = () => api.changeService(service);
  expect(await watch("resourceVersion=1000", 1, change)).toEqual([event]);
  expect(await watch("resourceVersion=1000", 1)).toEqual([event]);
  const list: unknown = await (await get("/api/v1/services")).json();
  const [first, , last] = cluster.services;
  const items = [first, object, last];
  expect(list).toMatchObject({ metadata: { resourceVersion: "1001" }, items });
});

it("what it does not have is a 404 that says so in the API's own form", async () => {
  const response = await get("/api/v1/nodes");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ kind: "Status", code: 404 });
});
