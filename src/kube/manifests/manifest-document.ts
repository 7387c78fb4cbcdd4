import type { FieldPath } from "./manifest-field.ts";

/** One document of a file, or what is wrong with it. */
export type ManifestDocument = DocumentPlace &
  ({ readonly value: unknown } | { readonly error: string });

interface DocumentPlace {
  /** `document 2` */
  readonly name: string;
  /** Line that a field begins in, from 1 on; missing where nobody knows. */
  readonly lineOf?: (path: FieldPath) => number;
}
