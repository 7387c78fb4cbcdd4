import type { Position } from "../corefile/corefile-error.ts";
import type { FieldPath } from "../kube/manifests/manifest-field.ts";
import type { Labels } from "../kube/label-selector.ts";

/** A mapping of which nothing is known before it is looked at. */
export type Fields = Readonly<Record<string, unknown>>;

/** Line and column from 1 on. */
export type Inside = Pick<Position, "line" | "column">;

/** What somebody has written, and where each part of it stands. */
export interface Written {
  /** Where a field begins, with its name. */
  at(path: FieldPath): Position;
  /** Where a place in the text is that a field holds; where the field begins, if nobody knows better. */
  inside(path: FieldPath, place: Inside): Position;
}

/** An object of the Kubernetes API, from a file or a cluster. */
export interface AuditedObject extends Written {
  readonly kind: string;
  /** "" where it is not written. */
  readonly namespace: string;
  readonly name: string;
  readonly value: Fields;
}

/** `ConfigMap "coredns"`, in the words that findings are told in. */
export function nameOf({ kind, name }: AuditedObject): string {
  return `${kind} "${name}"`;
}

/** A mapping, or an empty one for anything else. */
export function fieldsOf(value: unknown): Fields {
  return isFields(value) ? value : {};
}

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A field at the end of names and places in lists; undefined if there is none. */
export function fieldAt(value: unknown, ...path: FieldPath): unknown {
  return path.reduce((found: unknown, part) => {
    return typeof part === "number" ? listOf(found)[part] : fieldsOf(found)[part];
  }, value);
}

/** Only what is text: labels, annotations, selectors, a ConfigMap's data. */
export function textsAt(value: unknown, ...names: readonly string[]): Labels {
  const entries = Object.entries(fieldsOf(fieldAt(value, ...names)));
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}
