import { MalformedError } from "../stream-error.ts";
import { textPool } from "../text-pool.ts";

export type JsonObject = Readonly<Record<string, unknown>>;

const EMPTY: JsonObject = Object.freeze({});
const NOTHING: readonly unknown[] = Object.freeze([]);

/** null is absent, as for the API server. All throw MalformedError for a value of another type. */
export function objectAt(parent: JsonObject, name: string): JsonObject {
  return asObject(parent[name], name);
}

/** Empty if absent. */
export function asObject(value: unknown, name: string): JsonObject {
  if (value === undefined || value === null) return EMPTY;
  if (typeof value === "object" && !Array.isArray(value)) return value as JsonObject;
  return fail(value, name, "an object");
}

/** Empty if absent. */
export function listAt(parent: JsonObject, name: string): readonly unknown[] {
  const value = parent[name];
  if (value === undefined || value === null) return NOTHING;
  return Array.isArray(value) ? value : fail(value, name, "a list");
}

export function objectsAt(parent: JsonObject, name: string): JsonObject[] {
  return listAt(parent, name).map((item) => asObject(item, name));
}

export function textsAt(parent: JsonObject, name: string): string[] {
  return listAt(parent, name).map((item) => asText(item, name));
}

/** "" if absent. */
export function textAt(parent: JsonObject, name: string): string {
  return asText(parent[name], name);
}

/** A text that others have, too. */
export function sharedTextAt(parent: JsonObject, name: string): string {
  return textPool.share(asText(parent[name], name));
}

export function booleanAt(parent: JsonObject, name: string, fallback: boolean): boolean {
  const value = parent[name];
  if (value === undefined || value === null) return fallback;
  return typeof value === "boolean" ? value : fail(value, name, "true or false");
}

/** 0 if absent. */
export function numberAt(parent: JsonObject, name: string): number {
  const value = parent[name];
  if (value === undefined || value === null) return 0;
  return typeof value === "number" ? value : fail(value, name, "a number");
}

function asText(value: unknown, name: string): string {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? "" : fail(value, name, "a string");
}

function fail(value: unknown, name: string, wanted: string): never {
  const found = Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
  throw new MalformedError(`${name}: ${found} is not ${wanted}`);
}
