import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { Cluster, KubernetesObject } from "./cluster.ts";
import { portOf } from "./free-port.ts";

/** A Kubernetes API in which nothing ever happens, for a server that reads clusters in no other way. */
export interface StaticKubernetesApi {
  readonly port: number;
  close(): Promise<void>;
}

interface Collection {
  readonly apiVersion: string;
  readonly kind: string;
  readonly objects: readonly KubernetesObject[];
}

/** The one version that there ever is. */
const RESOURCE_VERSION = "1000";
const BOOKMARK_INTERVAL_MS = 30_000;

/**
 * Serves the cluster's objects on a free port: lists, and watches that stay open and send bookmarks, the
 * streaming list (`sendInitialEvents`) included. No authentication, no paging, no writing.
 */
export async function startKubernetesApi(cluster: Cluster): Promise<StaticKubernetesApi> {
  const slices = "discovery.k8s.io/v1";
  const collections = new Map<string, Collection>([
    ["/api/v1/namespaces", { apiVersion: "v1", kind: "Namespace", objects: cluster.namespaces }],
    ["/api/v1/services", { apiVersion: "v1", kind: "Service", objects: cluster.services }],
    [
      `/apis/${slices}/endpointslices`,
      { apiVersion: slices, kind: "EndpointSlice", objects: cluster.endpointSlices },
    ],
  ]);
  const server = createServer((request, response) => answer(collections, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: portOf(server),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answer(
  collections: ReadonlyMap<string, Collection>,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const url = new URL(request.url ?? "/", "http://localhost");
  const collection = collections.get(url.pathname);
  response.setHeader("content-type", "application/json");
  if (collection === undefined) {
    response.statusCode = 404;
    const status = { apiVersion: "v1", kind: "Status", status: "Failure", reason: "NotFound" };
    response.end(JSON.stringify({ ...status, code: 404 }));
  } else if (["1", "true"].includes(url.searchParams.get("watch") ?? "")) {
    watch(collection, url.searchParams.get("sendInitialEvents") === "true", response);
  } else {
    response.end(JSON.stringify(listOf(collection)));
  }
}

function listOf({ apiVersion, kind, objects }: Collection) {
  const metadata = { resourceVersion: RESOURCE_VERSION };
  return { apiVersion, kind: `${kind}List`, metadata, items: objects };
}

function watch(collection: Collection, initialEvents: boolean, response: ServerResponse): void {
  const send = (type: string, object: KubernetesObject) =>
    response.write(`${JSON.stringify({ type, object })}\n`);
  response.flushHeaders();
  if (initialEvents) {
    for (const object of collection.objects) send("ADDED", object);
    send("BOOKMARK", bookmark(collection, { "k8s.io/initial-events-end": "true" }));
  }
  const timer = setInterval(() => send("BOOKMARK", bookmark(collection, {})), BOOKMARK_INTERVAL_MS);
  response.once("close", () => clearInterval(timer));
}

function bookmark({ apiVersion, kind }: Collection, annotations: object): KubernetesObject {
  return {
    apiVersion,
    kind,
    metadata: { name: "", resourceVersion: RESOURCE_VERSION, annotations },
  };
}
