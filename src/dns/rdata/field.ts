import type { TokenCursor } from "../tokenizer.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";

/**
 * One field of RDATA: how its octets and its text are read and written. `decode` is strict: what
 * it accepts, `format` can express and `parse` reads back to the same octets.
 */
export interface Field<T> {
  /** Sets `reader.failed` where the octets are not a value of this kind. Never throws. */
  decode(reader: WireReader): T;
  /** @throws {RangeError} if the value has no wire form. */
  encode(writer: WireWriter, value: T): void;
  /** One or more tokens; empty if the field is. */
  format(value: T): string;
  /** @throws {SyntaxError} if the next tokens are not a value of this kind. */
  parse(tokens: TokenCursor): T;
  /**
   * As `parse` and `encode`, without a value in between: for the fields that millions of records of a zone file have.
   * @throws {SyntaxError}
   */
  parseTo?(tokens: TokenCursor, writer: WireWriter): void;
  /**
   * Goes over the field, its structure checked but no more: a record is passed on even if its
   * values make no sense to us (RFC 3597 §3). Without it, `decode` serves.
   */
  skip?(reader: WireReader): void;
  /** For fields that hold names: copies the field with its names uncompressed. */
  expand?(reader: WireReader, writer: WireWriter): void;
}

/** Moves over `octets`, or fails. */
export function skipOctets(reader: WireReader, octets: number): void {
  if (octets <= reader.remaining) {
    reader.offset += octets;
    return;
  }
  reader.failed = true;
  reader.offset = reader.end;
}

/** Moves over an octet that holds a length, and over as many octets. */
export function skipCounted(reader: WireReader): void {
  skipOctets(reader, reader.u8());
}

/** Moves over all that is left. */
export function skipRest(reader: WireReader): void {
  reader.offset = reader.end;
}
