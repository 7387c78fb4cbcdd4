import { bookmark, eventLine, list } from "./fake-answers.ts";
import type { FakeRequest } from "./fake-request.ts";
import type { FakeResponse } from "./fake-response.ts";
import { abort, endResponse, sendHead, sendPiece } from "./fake-response.ts";
import type { KubernetesObject, WatchEvent } from "./kubernetes-object.ts";
import { referenceTo } from "./kubernetes-object.ts";

export interface FakeCollectionOptions {
  /** `/api/v1/services` */
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly items?: readonly KubernetesObject[];
  readonly resourceVersion?: number;
}

/**
 * A collection that behaves: lists in one page, streaming lists, and watches that get what happens from then on.
 * It keeps no history, so a watch is told nothing of what happened before it. The test may let its resource
 * version jump, and send to the open watches whatever it likes.
 */
export class FakeCollection {
  readonly path: string;
  readonly apiVersion: string;
  readonly kind: string;
  /** Of the next list; each change adds one to it. */
  resourceVersion: number;
  readonly #items = new Map<string, KubernetesObject>();
  readonly #watches = new Set<FakeResponse>();

  constructor(options: FakeCollectionOptions) {
    this.path = options.path;
    this.apiVersion = options.apiVersion;
    this.kind = options.kind;
    this.resourceVersion = options.resourceVersion ?? 1000;
    for (const item of options.items ?? []) this.#keep(item);
  }

  get openWatches(): number {
    return this.#watches.size;
  }

  /** Puts an object in, and tells the watches. */
  async put(object: KubernetesObject): Promise<void> {
    const isThere = this.#items.has(keyOf(object));
    const kept = this.#keep(this.#versioned(object));
    await this.send({ type: isThere ? "MODIFIED" : "ADDED", object: kept });
  }

  /** Takes an object out, and tells the watches. */
  async remove(object: KubernetesObject): Promise<void> {
    this.#items.delete(keyOf(object));
    await this.send({ type: "DELETED", object: this.#versioned(object) });
  }

  /** Other objects than before; no watch is told, as when events are lost. */
  replaceSilently(items: readonly KubernetesObject[]): void {
    this.#items.clear();
    for (const item of items) this.#keep(this.#versioned(item));
  }

  /** Sends a bookmark of the resource version of now. */
  bookmark(): Promise<void> {
    return this.send(bookmark(this, String(this.resourceVersion)));
  }

  /** Sends any event to all open watches. */
  send(event: WatchEvent): Promise<void> {
    return this.sendRaw(eventLine(event));
  }

  /** Sends any octets to all open watches. */
  async sendRaw(octets: string | Buffer): Promise<void> {
    await Promise.all([...this.#watches].map((watch) => sendPiece(watch, octets)));
  }

  /** Ends all open watches, as a server does after `timeoutSeconds`. */
  endWatches(): void {
    for (const watch of this.#watches) endResponse(watch);
  }

  /** Breaks all open watches off. */
  abortWatches(): void {
    for (const watch of this.#watches) abort(watch);
  }

  async answer(response: FakeResponse, request: FakeRequest): Promise<void> {
    const items = [...this.#items.values()];
    const { apiVersion, kind } = this;
    const resourceVersion = String(this.resourceVersion);
    if (request.type === "list") {
      await list({ apiVersion, kind, resourceVersion, items })(response, request);
      return;
    }
    sendHead(response, 200);
    if (request.type === "streaming-list") {
      for (const object of items) await sendPiece(response, eventLine({ type: "ADDED", object }));
      await sendPiece(response, eventLine(bookmark(this, resourceVersion, true)));
    }
    this.#watches.add(response);
    request.gone.addEventListener("abort", () => this.#watches.delete(response));
  }

  #versioned(object: KubernetesObject): KubernetesObject {
    const resourceVersion = String(++this.resourceVersion);
    return { ...object, metadata: { ...object.metadata, resourceVersion } };
  }

  #keep(object: KubernetesObject): KubernetesObject {
    this.#items.set(keyOf(object), object);
    return object;
  }
}

function keyOf(object: KubernetesObject): string {
  const { namespace = "", name } = referenceTo(object);
  return `${namespace}/${name}`;
}
