import type { FieldPath } from "./manifest-field.ts";

/** One document of a file, or what is wrong with it. */
export type ManifestDocument = DocumentPlace &
  ({ readonly value: unknown } | { readonly error: string });

interface DocumentPlace {
  /** `document 2` */
  readonly name: string;
  /** Line that a field begins in, from 1 on; missing where nobody knows. */
  readonly lineOf?: (path: FieldPath) => number;
  /** Where a text begins that is written line by line; undefined for one that is written in any other way. */
  readonly blockAt?: (path: FieldPath) => WrittenBlock | undefined;
}

/** A literal block of YAML: each of its lines is one of the text (YAML 1.2.2 §8.1.2). */
export interface WrittenBlock {
  /** Of its first line, from 1 on. */
  readonly line: number;
  /** Spaces in front of each line that are not part of the text. */
  readonly indent: number;
}
