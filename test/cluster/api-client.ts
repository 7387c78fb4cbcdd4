import { createInterface } from "node:readline";
import { ApiError } from "./api-error.ts";
import { ApiPaths } from "./api-paths.ts";
import type { JsonRequest, JsonResponse, Server } from "./https-json.ts";
import { HttpsJson } from "./https-json.ts";
import type {
  Collection,
  KubernetesObject,
  ObjectList,
  ObjectReference,
  WatchEvent,
} from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";

export interface WriteOptions {
  /** The server checks and answers, and keeps nothing. */
  readonly dryRun?: boolean;
  /** `status`, `scale`. */
  readonly subresource?: string;
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager?: string;
}

export interface DeleteOptions extends WriteOptions {
  /** Pods stay, terminating, where there is no kubelet, unless this is 0, which is the default here. */
  readonly gracePeriodSeconds?: number;
}

export type PatchType = "merge" | "strategic-merge" | "json";

type Query = Readonly<Record<string, string>>;

/** Reads and writes objects of any kind, as one user. Failures are `ApiError`s. */
export class ApiClient {
  readonly #http: HttpsJson;
  readonly #paths: ApiPaths;

  constructor(server: Server) {
    this.#http = new HttpsJson(server);
    this.#paths = new ApiPaths(this.#http);
  }

  close(): void {
    this.#http.close();
  }

  get(object: ObjectReference): Promise<KubernetesObject> {
    return this.#send("GET", object);
  }

  /** Undefined if it is not there. */
  async find(object: ObjectReference): Promise<KubernetesObject | undefined> {
    return unless("NotFound", this.get(object));
  }

  /** @param query `{ limit: "500" }`, `{ labelSelector: "app=web" }` */
  async list(collection: Collection, query: Query = {}): Promise<ObjectList> {
    const path = await this.#paths.of(collection);
    return this.#call({ method: "GET", path, query });
  }

  async create(
    object: KubernetesObject,
    options: Pick<WriteOptions, "dryRun"> = {},
  ): Promise<KubernetesObject> {
    const path = await this.#paths.of(referenceTo(object));
    return this.#call({ method: "POST", path, query: queryOf(options), ...jsonBody(object) });
  }

  /** A request to a subresource that makes something: `token` of a ServiceAccount, `eviction` of a Pod. */
  post(
    object: ObjectReference,
    subresource: string,
    body: Omit<KubernetesObject, "metadata">,
  ): Promise<KubernetesObject> {
    return this.#send("POST", object, { subresource }, jsonBody(body));
  }

  /** Its `resourceVersion`, if it has one, must be the one that is there. */
  replace(object: KubernetesObject, options: WriteOptions = {}): Promise<KubernetesObject> {
    return this.#send("PUT", referenceTo(object), options, jsonBody(object));
  }

  /** Creates it, or replaces the one that is there. */
  async put(object: KubernetesObject): Promise<KubernetesObject> {
    // Not the other way round: a Service that is there fails to be created for its clusterIP first.
    const found = await this.find(referenceTo(object));
    if (!found) return this.create(object);
    const { resourceVersion = "" } = found.metadata;
    return this.replace({ ...object, metadata: { ...object.metadata, resourceVersion } });
  }

  /** Server-side apply; conflicts are forced. */
  apply(object: KubernetesObject, options: ApplyOptions = {}): Promise<KubernetesObject> {
    const query = { fieldManager: options.fieldManager ?? "portolan-test", force: "true" };
    const contentType = "application/apply-patch+yaml";
    return this.#send("PATCH", referenceTo(object), options, { body: object, contentType, query });
  }

  patch(
    object: ObjectReference,
    patch: unknown,
    type: PatchType = "merge",
    options: WriteOptions = {},
  ): Promise<KubernetesObject> {
    const contentType = `application/${type}-patch+json`;
    return this.#send("PATCH", object, options, { body: patch, contentType });
  }

  /** Sets fields of `status`; no kubelet and no controller does. */
  setStatus(object: ObjectReference, status: unknown): Promise<KubernetesObject> {
    return this.patch(object, { status }, "merge", { subresource: "status" });
  }

  /** What is not there already is fine. */
  async delete(object: ObjectReference, options: DeleteOptions = {}): Promise<void> {
    const { gracePeriodSeconds = 0 } = options;
    const body = { apiVersion: "v1", kind: "DeleteOptions", gracePeriodSeconds };
    await unless("NotFound", this.#send("DELETE", object, options, jsonBody(body)));
  }

  /** Deletes a namespace, not what is in it: there is no namespace controller. */
  async deleteNamespace(name: string): Promise<void> {
    const reference = { apiVersion: "v1", kind: "Namespace", name };
    await this.delete(reference);
    const left = await this.find(reference);
    if (left) await this.replace({ ...left, spec: {} }, { subresource: "finalize" });
  }

  /** Watches until the server ends it, or the caller leaves the loop. */
  async *watch(collection: Collection, query: Query = {}): AsyncGenerator<WatchEvent> {
    const path = await this.#paths.of(collection);
    const options = { method: "GET", path, query: { watch: "1", ...query } };
    const response = await this.#http.stream(options);
    try {
      for await (const line of createInterface({ input: response })) {
        const parsed: unknown = JSON.parse(line);
        if (response.statusCode !== 200) throw ApiError.of(options, response.statusCode, parsed);
        yield parsed as WatchEvent;
      }
    } finally {
      response.destroy();
    }
  }

  /** Any request at all; every HTTP status is an answer. */
  send(options: JsonRequest): Promise<JsonResponse> {
    return this.#http.send(options);
  }

  async #send(
    method: string,
    object: ObjectReference,
    options: WriteOptions = {},
    request: Partial<JsonRequest> = {},
  ): Promise<KubernetesObject> {
    const name = `/${object.name}${options.subresource ? `/${options.subresource}` : ""}`;
    const path = (await this.#paths.of(object)) + name;
    const query = { ...queryOf(options), ...request.query };
    return this.#call({ ...request, method, path, query });
  }

  async #call<T>(options: JsonRequest): Promise<T> {
    const { status, body } = await this.#http.send(options);
    if (status >= 300) throw ApiError.of(options, status, body);
    return body as T;
  }
}

function queryOf({ dryRun = false }: WriteOptions): Query {
  return dryRun ? { dryRun: "All" } : {};
}

function jsonBody(body: unknown): Pick<JsonRequest, "body" | "contentType"> {
  return { body, contentType: "application/json" };
}

async function unless<T>(reason: string, result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if (error instanceof ApiError && error.reason === reason) return undefined;
    throw error;
  }
}
