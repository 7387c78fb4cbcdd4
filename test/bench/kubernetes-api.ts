import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Cluster, KubernetesObject } from "./cluster.ts";
import { portOf } from "./free-port.ts";

/** A Kubernetes API for reading a cluster, in which nothing happens by itself. */
export interface StaticKubernetesApi {
  readonly port: number;
  /** Puts a Service in the place of the one with its name, and tells all who watch. */
  changeService(service: KubernetesObject): void;
  close(): Promise<void>;
}

interface Collection {
  readonly apiVersion: string;
  readonly kind: string;
  /** By `metadata.name`, which the generated cluster has only once in all namespaces. */
  readonly objects: Map<string, KubernetesObject>;
  readonly watchers: Set<ServerResponse>;
}

/** Grows with every change, as etcd's revision does. */
interface State {
  readonly collections: ReadonlyMap<string, Collection>;
  resourceVersion: number;
}

const SLICES = "discovery.k8s.io/v1";
const FIRST_RESOURCE_VERSION = 1000;
const BOOKMARK_INTERVAL_MS = 30_000;

/**
 * Serves the cluster's objects on a free port: lists, and watches that stay open and send changes and bookmarks, the
 * streaming list (`sendInitialEvents`) included. No authentication, no paging, no writing.
 */
export async function startKubernetesApi(cluster: Cluster): Promise<StaticKubernetesApi> {
  const services = collection("v1", "Service", cluster.services);
  const collections = new Map([
    ["/api/v1/namespaces", collection("v1", "Namespace", cluster.namespaces)],
    ["/api/v1/services", services],
    ["/api/v1/pods", collection("v1", "Pod", cluster.pods)],
    [`/apis/${SLICES}/endpointslices`, collection(SLICES, "EndpointSlice", cluster.endpointSlices)],
  ]);
  const state: State = { collections, resourceVersion: FIRST_RESOURCE_VERSION };
  const server = createServer((request, response) => answer(state, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    changeService: (service) => change(state, services, service),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function collection(
  apiVersion: string,
  kind: string,
  objects: readonly KubernetesObject[],
): Collection {
  const byName = new Map(objects.map((object) => [object.metadata.name, object]));
  return { apiVersion, kind, objects: byName, watchers: new Set() };
}

function change(state: State, { objects, watchers }: Collection, object: KubernetesObject): void {
  const resourceVersion = String(++state.resourceVersion);
  const changed = { ...object, metadata: { ...object.metadata, resourceVersion } };
  objects.set(object.metadata.name, changed);
  const line = eventLine("MODIFIED", changed);
  for (const watcher of watchers) watcher.write(line);
}

function answer(state: State, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, searchParams } = new URL(request.url ?? "/", "http://localhost");
  const collection = state.collections.get(pathname);
  response.setHeader("content-type", "application/json");
  if (collection === undefined) {
    response.statusCode = 404;
    const status = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound" };
    response.end(JSON.stringify({ ...status, code: 404 }));
  } else if (["1", "true"].includes(searchParams.get("watch") ?? "")) {
    watch(state, collection, searchParams, response);
  } else {
    response.end(JSON.stringify(listOf(state, collection)));
  }
}

function listOf({ resourceVersion }: State, { apiVersion, kind, objects }: Collection) {
  const metadata = { resourceVersion: String(resourceVersion) };
  return { apiVersion, kind: `${kind}List`, metadata, items: [...objects.values()] };
}

function watch(
  state: State,
  collection: Collection,
  parameters: URLSearchParams,
  response: ServerResponse,
): void {
  const { objects, watchers } = collection;
  const sendBookmark = (annotations: object) =>
    response.write(eventLine("BOOKMARK", bookmark(state, collection, annotations)));
  response.flushHeaders();
  if (parameters.get("sendInitialEvents") === "true") {
    for (const object of objects.values()) response.write(eventLine("ADDED", object));
    sendBookmark({ "k8s.io/initial-events-end": "true" });
  } else {
    // Nothing is ever deleted, so what is newer than the watcher's version is all that it has missed.
    const known = Number(parameters.get("resourceVersion") ?? 0);
    const missed = [...objects.values()].filter((object) => versionOf(object) > known);
    for (const object of missed) response.write(eventLine("MODIFIED", object));
  }
  watchers.add(response);
  const timer = setInterval(() => sendBookmark({}), BOOKMARK_INTERVAL_MS);
  response.once("close", () => {
    clearInterval(timer);
    watchers.delete(response);
  });
}

function versionOf({ metadata }: KubernetesObject): number {
  return Number(metadata["resourceVersion"]);
}

function eventLine(type: string, object: KubernetesObject): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function bookmark(
  { resourceVersion }: State,
  { apiVersion, kind }: Collection,
  annotations: object,
): KubernetesObject {
  const metadata = { name: "", resourceVersion: String(resourceVersion), annotations };
  return { apiVersion, kind, metadata };
}
