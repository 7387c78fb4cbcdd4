import type { TokenCursor } from "../tokenizer.ts";
import { WireReader } from "../wire-reader.ts";
import { WireWriter } from "../wire-writer.ts";
import type { Field } from "./field.ts";

type Fields = Readonly<Record<string, Field<unknown>>>;

/** What the fields of a type hold, by name. */
export type RdataValue<F extends Fields> = {
  readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never;
};

/** For types whose text is not that of their fields in turn. */
export interface Presentation<T> {
  /** Undefined if there is no text for this value. */
  format(value: T): string | undefined;
  /** @throws {SyntaxError} */
  parse(tokens: TokenCursor): T;
}

/** The RDATA of one type between its three forms: octets, an object, text. */
export interface RdataCodec<T> {
  readonly type: number;
  /** In the order of the wire. */
  readonly fields: Fields;
  /** Undefined if the octets are malformed. Buffers in the value are views of `rdata`. */
  decode(rdata: Buffer): T | undefined;
  /** @throws {RangeError} if a field's value has no wire form. */
  encode(value: T): Buffer;
  /** Undefined if the octets are malformed, or the type has no presentation format. */
  format(rdata: Buffer): string | undefined;
  /** @throws {SyntaxError} if the tokens are not exactly the fields. */
  parse(tokens: TokenCursor): Buffer;
  /**
   * Copies RDATA out of a message with its names uncompressed; `reader` begins and ends where
   * RDATA does. Undefined if the structure is malformed or does not fill it.
   */
  expand(reader: WireReader): Buffer | undefined;
}

/** Scratch space: each use begins at its start and ends with a copy. */
const scratch = new WireWriter();

/**
 * A type, from the list of its fields in the order of wire and text.
 * @param ownPresentation how its text is written if not field by field, or `"generic"` if only as RFC 3597 has it.
 */
export function defineRdata<F extends Fields>(
  type: number,
  fields: F,
  ownPresentation?: Presentation<RdataValue<F>> | "generic",
): RdataCodec<RdataValue<F>> {
  const presentation = ownPresentation ?? inOrder(fields);
  const isInOrder = ownPresentation === undefined;
  const entries = Object.entries(fields);
  const kinds = Object.values<Field<unknown>>(fields);
  const hasNames = kinds.some((field) => "expand" in field);

  function decode(rdata: Buffer): RdataValue<F> | undefined {
    const reader = new WireReader(rdata);
    const value = fill(fields, (field) => field.decode(reader));
    return reader.failed || reader.remaining > 0 ? undefined : value;
  }

  function encode(value: RdataValue<F>): Buffer {
    scratch.offset = 0;
    for (const [key, field] of entries) field.encode(scratch, value[key]);
    return written();
  }

  function written(): Buffer {
    if (!scratch.overflowed) return scratch.copy();
    scratch.overflowed = false;
    throw new RangeError("Cannot encode record: more than 65535 octets");
  }

  function format(rdata: Buffer): string | undefined {
    const value = presentation === "generic" ? undefined : decode(rdata);
    return value && presentation !== "generic" ? presentation.format(value) : undefined;
  }

  function parse(tokens: TokenCursor): Buffer {
    if (presentation === "generic") {
      throw tokens.unexpected("RDATA as \\# LENGTH HEX", tokens.next("RDATA as \\# LENGTH HEX"));
    }
    if (!isInOrder) {
      const value = presentation.parse(tokens);
      checkEnd(tokens);
      return encode(value);
    }
    scratch.offset = 0;
    for (const field of kinds) {
      if (field.parseTo) field.parseTo(tokens, scratch);
      else field.encode(scratch, field.parse(tokens));
    }
    checkEnd(tokens);
    return written();
  }

  const expand = hasNames ? expandFields : copyFields;
  return { type, fields, decode, encode, format, parse, expand: (reader) => expand(kinds, reader) };
}

function checkEnd(tokens: TokenCursor): void {
  const extra = tokens.peek();
  if (extra) throw tokens.unexpected("the end of the record", extra);
}

function inOrder<F extends Fields>(fields: F): Presentation<RdataValue<F>> {
  const entries = Object.entries(fields);
  return {
    format(value) {
      const texts = entries.map(([key, field]) => field.format(value[key]));
      return texts.filter((text) => text !== "").join(" ");
    },
    parse: (tokens) => fill(fields, (field) => field.parse(tokens)),
  };
}

/** A value for each field, read in their order. */
function fill<F extends Fields>(
  fields: F,
  read: (field: Field<unknown>) => unknown,
): RdataValue<F> {
  const value: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(fields)) value[key] = read(field);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- has the keys and kinds of F
  return value as RdataValue<F>;
}

/** No names: one copy of all octets, once they have been gone over. */
function copyFields(fields: readonly Field<unknown>[], reader: WireReader): Buffer | undefined {
  const start = reader.offset;
  for (const field of fields) skip(field, reader);
  if (reader.failed || reader.remaining > 0) return undefined;
  // One view less than of a copied view.
  const rdata = Buffer.allocUnsafe(reader.offset - start);
  reader.bytes.copy(rdata, 0, start, reader.offset);
  return rdata;
}

function expandFields(fields: readonly Field<unknown>[], reader: WireReader): Buffer | undefined {
  scratch.offset = 0;
  for (const field of fields) {
    if (field.expand) {
      field.expand(reader, scratch);
      continue;
    }
    const start = reader.offset;
    skip(field, reader);
    scratch.octets(reader.bytes.subarray(start, reader.offset));
  }
  const isWhole = !reader.failed && reader.remaining === 0 && !scratch.overflowed;
  scratch.overflowed = false;
  return isWhole ? scratch.copy() : undefined;
}

function skip(field: Field<unknown>, reader: WireReader): void {
  if (field.skip) field.skip(reader);
  else field.decode(reader);
}
