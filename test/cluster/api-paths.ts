import { ApiError } from "./api-error.ts";
import type { HttpsJson } from "./https-json.ts";
import type { Collection } from "./kubernetes-object.ts";

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Finds the path of a kind by discovery, asked once for each `apiVersion`. */
export class ApiPaths {
  readonly #http: HttpsJson;
  readonly #resources = new Map<string, Promise<readonly Resource[]>>();

  constructor(http: HttpsJson) {
    this.#http = http;
  }

  /**
   * `/api/v1/namespaces/shop/services`, or without a namespace that of all of them.
   * @throws {ApiError} if the server does not say what it has; {Error} if it does not have the kind
   */
  async of({ apiVersion, kind, namespace }: Collection): Promise<string> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const resource = (await this.#discover(root)).find((entry) => entry.kind === kind);
    if (!resource) throw new Error(`Cannot find kind "${kind}" of "${apiVersion}": no such kind`);
    const isOfNamespace = resource.namespaced && namespace !== undefined;
    return `${root}${isOfNamespace ? `/namespaces/${namespace}` : ""}/${resource.name}`;
  }

  #discover(root: string): Promise<readonly Resource[]> {
    const known = this.#resources.get(root);
    if (known) return known;
    const asked = this.#ask(root);
    this.#resources.set(root, asked);
    // A kind may come later: a CustomResourceDefinition is created, a server comes back.
    asked.catch(() => this.#resources.delete(root));
    return asked;
  }

  async #ask(root: string): Promise<readonly Resource[]> {
    const request = { method: "GET", path: root };
    const { status, body } = await this.#http.send(request);
    if (status !== 200) throw ApiError.of(request, status, body);
    const { resources } = body as { resources: readonly Resource[] };
    return resources.filter(({ name }) => !name.includes("/"));
  }
}
