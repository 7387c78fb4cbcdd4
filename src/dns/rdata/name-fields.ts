import type { Name } from "../name.ts";
import type { Field } from "./field.ts";

/** A name that is never compressed when it is sent (RFC 3597 §4). */
export const name: Field<Name> = {
  decode: (reader) => reader.name(),
  encode: (writer, value) => writer.name(value),
  format: String,
  parse: (tokens) => tokens.name(),
  expand: (reader, writer) => writer.name(reader.name()),
};

/** A name of a type that RFC 1035 defines, which may be compressed; see `rdata-names.ts`. */
export const compressibleName: Field<Name> = { ...name };
