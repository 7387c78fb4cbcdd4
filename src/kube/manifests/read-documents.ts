import { setImmediate } from "node:timers/promises";
import { shortText } from "../short-text.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestDocument } from "./manifest-document.ts";
import type { FieldPath } from "./manifest-field.ts";
import { ManifestError } from "./manifest-field.ts";
import { readManifest } from "./read-manifest.ts";

export interface ReadResult {
  readonly manifests: readonly PlacedManifest[];
  /** `document 2, line 14: spec.clusterIP: "10.0.0.300" is not an IP address` */
  readonly problems: readonly string[];
  /** What is odd, and yet breaks nothing. */
  readonly hints: readonly string[];
}

export interface PlacedManifest {
  /** Where in its file: `document 2, line 14`. */
  readonly place: string;
  readonly manifest: Manifest;
}

/** Queries are answered after so long at the latest. */
const SLICE_MS = 10;

/** JSON is YAML, which knows its lines; but of more characters than this they are not worth the time. */
const MAX_LOCATED_JSON = 1 << 20;

/** Reads all objects of a file's text; those that are wrong become problems. */
export async function readDocuments(text: string, isJson: boolean): Promise<ReadResult> {
  if (!isJson) return readAll(await yamlDocuments(text));
  const documents = jsonDocuments(text);
  const read = await readAll(documents);
  const isGood = read.problems.length === 0 && read.hints.length === 0;
  const isJsonGood = documents.every((document) => "value" in document);
  if (isGood || !isJsonGood || text.length > MAX_LOCATED_JSON) return read;
  const located = await readAll(await yamlDocuments(text));
  const isSame =
    located.problems.length === read.problems.length && located.hints.length === read.hints.length;
  return isSame ? located : read;
}

/** A line that begins with this ends a document, whatever it stands in (YAML 1.2.2 §9.1.2). */
const NEXT_DOCUMENT = /^---(?=\s|$)/gm;

/**
 * Objects of a text as they are written, without a look at them.
 * @param words what a document has to have somewhere, the rarest first: others are not parsed
 */
export async function* rawDocuments(
  text: string,
  isJson: boolean,
  words: readonly string[],
): AsyncGenerator {
  let sliceEndMs = performance.now() + SLICE_MS;
  // A directive is about the document that follows it.
  const isWhole = isJson || /^%/m.test(text);
  for (const part of isWhole ? [text] : partsWith(text, words)) {
    for (const document of isJson ? jsonDocuments(part) : await yamlDocuments(part)) {
      for (const item of unpackLists(document)) if ("value" in item) yield item.value;
      if (performance.now() < sliceEndMs) continue;
      await setImmediate();
      sliceEndMs = performance.now() + SLICE_MS;
    }
  }
}

/** The texts of documents that have all words: of megabytes only those few are looked at. */
function* partsWith(text: string, [rarest = "", ...others]: readonly string[]): Generator<string> {
  for (let hit = text.indexOf(rarest); hit >= 0;) {
    NEXT_DOCUMENT.lastIndex = hit + 1;
    const end = NEXT_DOCUMENT.exec(text)?.index ?? text.length;
    const part = text.slice(startOfDocument(text, hit), end);
    if (others.every((word) => part.includes(word))) yield part;
    hit = text.indexOf(rarest, end);
  }
}

function startOfDocument(text: string, offset: number): number {
  let start = text.lastIndexOf("\n---", offset);
  while (start >= 0 && /\S/.test(text.charAt(start + 4))) {
    start = start === 0 ? -1 : text.lastIndexOf("\n---", start - 1);
  }
  return start + 1;
}

async function readAll(documents: Iterable<ManifestDocument>): Promise<ReadResult> {
  const manifests: PlacedManifest[] = [];
  const problems: string[] = [];
  const hints: string[] = [];
  let sliceEndMs = performance.now() + SLICE_MS;
  for (const document of documents) {
    for (const item of unpackLists(document)) {
      const result = readDocument(item);
      if (result instanceof Fault) (result.isFatal ? problems : hints).push(result.message);
      else if (result) manifests.push({ place: placeOf(item), manifest: result });
    }
    if (performance.now() < sliceEndMs) continue;
    await setImmediate();
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return { manifests, problems, hints };
}

/** What is wrong, and where. */
class Fault {
  readonly message: string;
  readonly isFatal: boolean;

  constructor(place: string, reason: string, isFatal = true) {
    this.message = `${place}: ${reason}`;
    this.isFatal = isFatal;
  }
}

/** @returns undefined for what DNS does not need */
function readDocument(document: Item): Manifest | Fault | undefined {
  if ("error" in document) return new Fault(placeOf(document), document.error);
  try {
    return readManifest(document.value);
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    return new Fault(placeOf(document, error.path), error.message, error.isFatal);
  }
}

/** `document 2, line 14, item 3`: where an object, or a field of it, is. */
function placeOf({ name, lineOf, path }: Item, field: FieldPath = []): string {
  const line = lineOf && `line ${lineOf([...path, ...field])}`;
  const items = path.filter((part) => typeof part === "number").map((i) => `item ${i + 1}`);
  return [name, line, ...items].filter((part) => part !== undefined).join(", ");
}

/**
 * Loads the YAML reader, which a server without manifests never does. One with manifests does as it starts: later the
 * program on the disk may be another one, or none.
 */
export async function loadYaml(): Promise<(text: string) => Iterable<ManifestDocument>> {
  const yaml = await import("./yaml-documents.ts");
  return yaml.yamlDocuments;
}

async function yamlDocuments(text: string): Promise<Iterable<ManifestDocument>> {
  const read = await loadYaml();
  return read(text);
}

function jsonDocuments(text: string): ManifestDocument[] {
  const name = "document 1";
  try {
    return [{ name, value: JSON.parse(text) }];
  } catch (error) {
    return [{ name, error: shortText(error instanceof Error ? error.message : String(error)) }];
  }
}

/** A document, or an item of one that is a list. */
export type Item = ManifestDocument & { readonly path: FieldPath };

/** Lists may be in lists; by an alias even in themselves. */
const MAX_LIST_DEPTH = 4;

/** The items of a `List` or `ServiceList`, any other document itself, nothing of an empty one. */
export function* unpackLists(document: ManifestDocument, path: FieldPath = []): Generator<Item> {
  const { name, lineOf, blockAt } = document;
  const value = "value" in document ? document.value : undefined;
  if (value === null) return;
  const list = listOf(value);
  if (!list) {
    yield { ...document, path };
    return;
  }
  const place = { name, ...(lineOf ? { lineOf } : {}), ...(blockAt ? { blockAt } : {}) };
  if (path.length === 2 * MAX_LIST_DEPTH) {
    yield { ...place, path, error: `has lists in lists, deeper than ${MAX_LIST_DEPTH}` };
    return;
  }
  for (const [i, item] of list.items.entries()) {
    yield* unpackLists({ ...place, value: withKind(item, list) }, [...path, "items", i]);
  }
}

interface List {
  readonly items: readonly unknown[];
  readonly apiVersion: unknown;
  /** Of the items: `Service` of a `ServiceList`, "" of a `List`. */
  readonly itemKind: string;
}

function listOf(value: unknown): List | undefined {
  if (!isObject(value)) return undefined;
  const { kind, apiVersion, items } = value;
  if (typeof kind !== "string" || !kind.endsWith("List") || !Array.isArray(items)) return undefined;
  return { items, apiVersion, itemKind: kind.slice(0, -"List".length) };
}

/** The API server leaves out what the kind of the list says already. */
function withKind(item: unknown, { itemKind, apiVersion }: List): unknown {
  return itemKind !== "" && isObject(item) ? { kind: itemKind, apiVersion, ...item } : item;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
