import { setImmediate } from "node:timers/promises";
import { shortText } from "../short-text.ts";
import type { Manifest } from "./manifest.ts";
import { ManifestError } from "./manifest-field.ts";
import { readManifest } from "./read-manifest.ts";

/** One document of a file, or what is wrong with it. */
export type ManifestDocument = { readonly place: string } & (
  | { readonly value: unknown }
  | { readonly error: string }
);

export interface ReadResult {
  readonly manifests: readonly PlacedManifest[];
  /** `document 2, line 14: spec.clusterIP: "10.0.0.300" is not an IP address` */
  readonly problems: readonly string[];
}

export interface PlacedManifest {
  /** Where in its file: `document 2, line 14`. */
  readonly place: string;
  readonly manifest: Manifest;
}

/** Queries are answered after so long at the latest. */
const SLICE_MS = 10;

/** Reads all objects of a file's text; those that are wrong become problems. */
export async function readDocuments(text: string, isJson: boolean): Promise<ReadResult> {
  const manifests: PlacedManifest[] = [];
  const problems: string[] = [];
  let sliceEndMs = performance.now() + SLICE_MS;
  for (const document of isJson ? jsonDocuments(text) : await yamlDocuments(text)) {
    for (const item of unpackLists(document)) {
      const result = readDocument(item);
      if (typeof result === "string") problems.push(`${item.place}: ${result}`);
      else if (result) manifests.push({ place: item.place, manifest: result });
    }
    if (performance.now() < sliceEndMs) continue;
    await setImmediate();
    sliceEndMs = performance.now() + SLICE_MS;
  }
  return { manifests, problems };
}

/** @returns what is wrong, as text; undefined for what DNS does not need */
function readDocument(document: ManifestDocument): Manifest | string | undefined {
  if ("error" in document) return document.error;
  try {
    return readManifest(document.value);
  } catch (error) {
    if (error instanceof ManifestError) return error.message;
    throw error;
  }
}

/** A server without manifests never loads the YAML reader. */
async function yamlDocuments(text: string): Promise<Iterable<ManifestDocument>> {
  const yaml = await import("./yaml-documents.ts");
  return yaml.yamlDocuments(text);
}

function jsonDocuments(text: string): ManifestDocument[] {
  const place = "document 1";
  try {
    return [{ place, value: JSON.parse(text) }];
  } catch (error) {
    return [{ place, error: shortText(error instanceof Error ? error.message : String(error)) }];
  }
}

/** Lists may be in lists; by an alias even in themselves. */
const MAX_LIST_DEPTH = 4;

/** The items of a `List` or `ServiceList`, any other document itself, nothing of an empty one. */
function* unpackLists(document: ManifestDocument, depth = 0): Generator<ManifestDocument> {
  const { place } = document;
  const value = "value" in document ? document.value : undefined;
  if (value === null) return;
  const list = listOf(value);
  if (!list) {
    yield document;
    return;
  }
  if (depth === MAX_LIST_DEPTH) {
    yield { place, error: `has lists in lists, deeper than ${MAX_LIST_DEPTH}` };
    return;
  }
  for (const [i, item] of list.items.entries()) {
    const itemPlace = `${place}, item ${i + 1}`;
    yield* unpackLists({ place: itemPlace, value: withKind(item, list) }, depth + 1);
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
