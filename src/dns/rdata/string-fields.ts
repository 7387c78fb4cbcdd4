import type { TokenCursor } from "../tokenizer.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";
import { quote, unescape } from "./character-string.ts";
import type { Field } from "./field.ts";
import { skipCounted, skipRest } from "./field.ts";

/** At most 255 octets, in a string with one character each (latin1); text puts it in quotes. */
export const characterString: Field<string> = {
  decode: readCounted,
  encode: writeCounted,
  format: quote,
  parse: parseString,
  skip: skipCounted,
};

/** A character string that may be left out at the end of a record: then undefined. */
export const optionalCharacterString: Field<string | undefined> = {
  decode: (reader) => (reader.remaining === 0 ? undefined : readCounted(reader)),
  encode(writer, value) {
    if (value !== undefined) writeCounted(writer, value);
  },
  format: (value) => (value === undefined ? "" : quote(value)),
  parse: (tokens) => (tokens.isDone ? undefined : parseString(tokens)),
  skip(reader) {
    if (reader.remaining > 0) skipCounted(reader);
  },
};

/** One or more character strings up to the end of the record. */
export const characterStrings: Field<readonly string[]> = {
  decode(reader) {
    const strings: string[] = [];
    do strings.push(readCounted(reader));
    while (reader.remaining > 0);
    return strings;
  },
  encode(writer, value) {
    if (value.length === 0) throw new RangeError("Cannot encode strings: there are none");
    for (const string of value) writeCounted(writer, string);
  },
  format: (value) => value.map(quote).join(" "),
  parse(tokens) {
    const strings: string[] = [];
    do strings.push(parseString(tokens));
    while (!tokens.isDone);
    return strings;
  },
  skip(reader) {
    while (reader.remaining > 0) skipCounted(reader);
  },
};

/** All octets that are left, as one string in quotes, which may be longer than 255. */
export const stringRest: Field<string> = {
  decode: (reader) => reader.rest().toString("latin1"),
  encode(writer, value) {
    checkOctets(value);
    writer.latin1(value);
  },
  format: quote,
  parse: (tokens) => unescape(tokens.string("a string").text),
  skip: skipRest,
};

/** Letters and digits without quotes: the tag of CAA (RFC 8659 §4.1). */
export const tag: Field<string> = {
  ...characterString,
  decode(reader) {
    const value = readCounted(reader);
    if (!isTag(value)) reader.failed = true;
    return value;
  },
  encode(writer, value) {
    if (!isTag(value)) throw new RangeError(`Cannot encode tag "${value}": not letters and digits`);
    writeCounted(writer, value);
  },
  format: (value) => value,
  parse(tokens) {
    const token = tokens.string("a tag");
    if (!isTag(token.text)) throw tokens.unexpected("a tag of letters and digits", token);
    return token.text;
  },
};

function isTag(text: string): boolean {
  return /^[a-zA-Z0-9]{1,255}$/.test(text);
}

function readCounted(reader: WireReader): string {
  return reader.octets(reader.u8()).toString("latin1");
}

function writeCounted(writer: WireWriter, value: string): void {
  checkOctets(value);
  if (value.length > 255) {
    throw new RangeError(`Cannot encode string: ${value.length} octets, at most 255 fit`);
  }
  writer.u8(value.length);
  writer.latin1(value);
}

function checkOctets(value: string): void {
  if (/[^\0-\xff]/.test(value)) {
    throw new RangeError("Cannot encode string: a character is not an octet (encode UTF-8 first)");
  }
}

function parseString(tokens: TokenCursor): string {
  const token = tokens.string("a string");
  const octets = unescape(token.text);
  if (octets.length > 255) throw tokens.unexpected("a string of at most 255 octets", token);
  return octets;
}
