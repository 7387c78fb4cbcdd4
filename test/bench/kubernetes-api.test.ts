import { afterAll, beforeAll, expect, it } from "vitest";
import { generateCluster } from "./cluster.ts";
import type { StaticKubernetesApi } from "./kubernetes-api.ts";
import { startKubernetesApi } from "./kubernetes-api.ts";

const cluster = generateCluster(3);
let api: StaticKubernetesApi;
const get = (path: string) => fetch(`http://127.0.0.1:${api.port}${path}`);

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
  const response = await get("/api/v1/services?watch=true&sendInitialEvents=true");
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\n").length <= 4) text += (await reader?.read())?.value ?? "";
  const events: unknown[] = text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(events.slice(0, 3)).toEqual(cluster.services.map((object) => ({ type: "ADDED", object })));
  expect(events[3]).toMatchObject({
    type: "BOOKMARK",
    object: { metadata: { annotations: { "k8s.io/initial-events-end": "true" } } },
  });
  await reader?.cancel();
});

it("what it does not have is a 404 that says so in the API's own form", async () => {
  const response = await get("/api/v1/pods");
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ kind: "Status", code: 404 });
});
