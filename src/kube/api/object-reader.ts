import type { RawFailure, RawObject, RawRead, RawWanted } from "../raw-objects.ts";
import { MAX_RAW_OBJECTS, canBeThere, rawFailure } from "../raw-objects.ts";
import { ApiError, ConnectError } from "./api-error.ts";
import type { ApiClient } from "./api-client.ts";
import { readBody } from "./read-body.ts";
import type { ObjectsPlace } from "./resource.ts";
import { placeOf, requestPath } from "./resource.ts";

/** A page is parsed in one go, some 10 KB a Pod: queries wait no longer for that. */
const PAGE_OBJECTS = 50;
const MAX_OCTETS = 8 << 20;
/** A server that says nothing may be asked so often at once; a request to it lasts for half a minute. */
const MAX_READS = 8;
const JSON_ONLY = "application/json";

/** Looks at objects of an API server for people who wait, over the connection of its watches. */
export class ObjectReader {
  readonly #client: ApiClient;
  #underWay = 0;

  constructor(client: ApiClient) {
    this.#client = client;
  }

  /** Never rejects. */
  async read(wanted: RawWanted, deadlineMs: number): Promise<RawRead> {
    if (!canBeThere(wanted)) return { objects: [], isWhole: true };
    if (this.#underWay >= MAX_READS) {
      return rawFailure("late", "the API server still owes the answers to earlier questions");
    }
    this.#underWay++;
    const place = placeOf(wanted);
    const look = new Look(this.#client, place);
    const whole = look.run().finally(() => this.#underWay--);
    const { promise: late, resolve } = Promise.withResolvers<false>();
    const leftMs = Math.max(0, deadlineMs - performance.now());
    const timer = setTimeout(() => resolve(false), leftMs);
    try {
      const isWhole = await Promise.race([whole, late]);
      if (isWhole || look.objects.length > 0) return { objects: look.objects, isWhole };
      if (look.isEnded) return rawFailure("failed", "there is more than is read at once");
      const text = `the API server has not said which ${place.resource} there are in ${Math.round(leftMs)} ms`;
      return rawFailure("late", text);
    } catch (error) {
      return { failure: failureOf(error, place, wanted) };
    } finally {
      clearTimeout(timer);
      look.stop();
      whole.catch(() => undefined);
    }
  }
}

/** One look, page by page. */
class Look {
  #objects: readonly RawObject[] = [];
  isEnded = false;
  readonly #client: ApiClient;
  readonly #place: ObjectsPlace;
  readonly #stopped = new AbortController();
  #leftOctets = MAX_OCTETS;

  constructor(client: ApiClient, place: ObjectsPlace) {
    this.#client = client;
    this.#place = place;
  }

  /** What there is so far; of a failure in the middle, what was before. */
  get objects(): readonly RawObject[] {
    return this.#objects;
  }

  /** @returns whether these are all */
  async run(): Promise<boolean> {
    try {
      return await this.#readPages();
    } catch (error) {
      if (this.#objects.length > 0) return false;
      throw error;
    } finally {
      this.isEnded = true;
    }
  }

  stop(): void {
    this.#stopped.abort();
  }

  async #readPages(): Promise<boolean> {
    for (let token = ""; ;) {
      const parameters = { limit: `${PAGE_OBJECTS}`, continue: token };
      const page = await this.#readPage(requestPath(this.#place, parameters));
      if (this.#stopped.signal.aborted) return false;
      this.#objects = [...this.#objects, ...page.objects];
      token = page.next;
      if (token === "") return true;
      if (this.#objects.length >= MAX_RAW_OBJECTS) return false;
    }
  }

  async #readPage(path: string): Promise<Page> {
    const { signal } = this.#stopped;
    const { body } = await this.#client.get(path, JSON_ONLY);
    const drop = (): void => void body.destroy(new Error("nobody waits any more"));
    signal.addEventListener("abort", drop);
    try {
      const read = readBody(body, this.#leftOctets);
      if (signal.aborted) drop();
      const octets = await read;
      this.#leftOctets -= octets.length;
      return pageIn(octets);
    } finally {
      signal.removeEventListener("abort", drop);
    }
  }
}

interface Page {
  readonly objects: readonly RawObject[];
  /** "" at the end. */
  readonly next: string;
}

function pageIn(octets: Buffer): Page {
  const list = JSON.parse(octets.toString()) as unknown;
  const { items, metadata } = isRecord(list) ? list : {};
  if (!Array.isArray(items)) throw new Error("the API server's answer is no list");
  const next = isRecord(metadata) ? metadata.continue : undefined;
  return { objects: items.filter(isRecord), next: typeof next === "string" ? next : "" };
}

function isRecord(value: unknown): value is RawObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function failureOf(error: unknown, place: ObjectsPlace, { namespace }: RawWanted): RawFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ConnectError) return { code: "away", text: message };
  if (!(error instanceof ApiError)) return { code: "failed", text: message };
  const { resource, group } = place;
  if (error.status !== 403) return { code: "failed", text: `the API server says ${message}` };
  const where = namespace === "" ? "" : ` of namespace "${namespace}"`;
  const user = /User "([^"]{1,300})"/.exec(message)?.[1];
  const right = { verb: "list", resource, group, namespace, user } as const;
  return { code: "forbidden", text: `this server may not list ${resource}${where}`, right };
}
