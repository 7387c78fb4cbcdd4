import { once } from "node:events";
import type { IncomingHttpHeaders, ServerResponse } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";
import { Metrics } from "../../observe/metrics.ts";
import type { Logger } from "../../observe/log.ts";
import type { ClusterObject, ClusterSink, Kind, ObjectKey, Selection } from "../cluster-source.ts";
import type { ApiAccess, ApiCredentials } from "./access.ts";
import { ApiSource } from "./api-source.ts";

export interface AskedFor {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

type Answer = (asked: AskedFor, response: ServerResponse) => void;

/** An API server of few words: each request is answered by the next function of its path. */
export class ScriptedApi implements AsyncDisposable {
  readonly asked: AskedFor[] = [];
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? "", "http://localhost");
    const asked = { path: url.pathname, query: url.searchParams, headers: request.headers };
    this.asked.push(asked);
    const script = this.#scripts.get(url.pathname) ?? [];
    // The last function answers for ever.
    const answer = script.length > 1 ? script.shift() : script[0];
    if (answer) answer(asked, response);
    else response.writeHead(404).end();
  });
  readonly #scripts = new Map<string, Answer[]>();

  static async start(): Promise<ScriptedApi> {
    const api = new ScriptedApi();
    api.#server.listen(0, "127.0.0.1");
    await once(api.#server, "listening");
    return api;
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
  }

  script(path: string, ...answers: readonly Answer[]): void {
    this.#scripts.set(path, [...answers]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close");
  }
}

/** A watch that says these lines and stays open; `end` closes it, `cut` breaks it off. */
export function watchOf(...lines: readonly (string | object)[]): Answer {
  return (_asked, response) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const line of lines) {
      if (line === "end") response.end();
      else if (line === "cut") setTimeout(() => response.socket?.resetAndDestroy(), 20);
      else response.write(typeof line === "string" ? line : `${JSON.stringify(line)}\n`);
    }
  };
}

export function failureOf(code: number, status: object = {}, headers: object = {}): Answer {
  return (_asked, response) => {
    response.writeHead(code, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify({ kind: "Status", apiVersion: "v1", code, ...status }));
  };
}

/** Compressed for those who take it so, as API servers do with what is long. */
export function listOf(resourceVersion: string, items: readonly object[], next = ""): Answer {
  return ({ headers }, response) => {
    const metadata = { resourceVersion, ...(next === "" ? {} : { continue: next }) };
    const body = JSON.stringify({ kind: "ServiceList", apiVersion: "v1", metadata, items });
    const isCompressed = headers["accept-encoding"] === "gzip";
    const encoding = isCompressed ? { "content-encoding": "gzip" } : {};
    response.writeHead(200, { "content-type": "application/json", ...encoding });
    response.end(isCompressed ? gzipSync(body) : body);
  };
}

/** A compressed list that ends in the middle, as what proxies cut short. */
export function brokenList(): Answer {
  return (_asked, response) => {
    const whole = gzipSync(JSON.stringify({ kind: "ServiceList", apiVersion: "v1", items: [] }));
    const head = { "content-type": "application/json", "content-encoding": "gzip" };
    response.writeHead(200, head);
    response.end(whole.subarray(0, -12));
  };
}

/** A Service as the API has it. */
export function apiService(name: string, resourceVersion: string, clusterIP = "10.96.0.1"): object {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace: "shop", name, resourceVersion },
    spec: { type: "ClusterIP", clusterIP, clusterIPs: [clusterIP], ports: [{ port: 80 }] },
  };
}

export function added(object: object): object {
  return { type: "ADDED", object };
}

export function bookmark(
  resourceVersion: string,
  endsInitialEvents = false,
  kind = "Service",
): object {
  const annotations = { "k8s.io/initial-events-end": "true" };
  return {
    type: "BOOKMARK",
    object: {
      apiVersion: "v1",
      kind,
      metadata: { resourceVersion, ...(endsInitialEvents ? { annotations } : {}) },
    },
  };
}

/** Notes what it is told: `+ a`, `- a`, `synced Service`. */
export class NotingSink implements ClusterSink {
  readonly notes: string[] = [];

  upsert({ name }: ClusterObject): void {
    this.notes.push(`+ ${name}`);
  }

  remove(_kind: Kind, { name }: ObjectKey): void {
    this.notes.push(`- ${name}`);
  }

  synced(kind: Kind): void {
    this.notes.push(`synced ${kind}`);
  }
}

export const ONLY_SERVICES: Selection = {
  namespaces: [],
  labels: "",
  namespaceLabels: "",
  endpoints: false,
  pods: false,
  serviceImports: false,
};

export function accessTo(url: URL, more: () => Partial<ApiCredentials> = () => ({})): ApiAccess {
  return {
    description: "a test",
    read: () => Promise.resolve({ url, ...more() }),
  };
}

export function sourceOf(
  access: ApiAccess,
  log: Logger,
  metrics: Metrics = new Metrics(),
): ApiSource {
  const limits = { qps: 1_000, burst: 1_000, maxInflight: 0 };
  return new ApiSource({ access, selection: ONLY_SERVICES, limits, log, metrics });
}
