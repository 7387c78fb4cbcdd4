import { formatRrType, parseRrType } from "../iana/rr-type.ts";
import { parseTtl } from "../ttl.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";
import type { Field } from "./field.ts";
import { skipOctets } from "./field.ts";

type Width = "u8" | "u16" | "u32" | "u48";
const octetsOf = { u8: 1, u16: 2, u32: 4, u48: 6 } as const;

export const u8: Field<number> = unsigned("u8");
export const u16: Field<number> = unsigned("u16");
export const u32: Field<number> = unsigned("u32");
export const u48: Field<number> = unsigned("u48");

/** Seconds, which text may also give as `1h30m`. */
export const duration: Field<number> = {
  ...u32,
  parse(tokens) {
    const token = tokens.next("a number of seconds");
    const seconds = parseTtl(token.text);
    if (seconds === undefined) throw tokens.unexpected("a number of seconds", token);
    return seconds;
  },
};

/** The type of a record, by mnemonic or `TYPEnnn`. */
export const rrType: Field<number> = {
  ...u16,
  format: formatRrType,
  parse(tokens) {
    const token = tokens.next("a record type");
    const type = parseRrType(token.text);
    if (type === undefined) throw tokens.unexpected("a record type", token);
    return type;
  },
};

/** Seconds since 1970, in text `YYYYMMDDHHMMSS` in UTC or the number itself (RFC 4034 §3.2). */
export const timestamp: Field<number> = {
  ...u32,
  format: formatTime,
  parse(tokens) {
    const token = tokens.next("a time");
    const seconds = /^\d{14}$/.test(token.text) ? parseTime(token.text) : Number(token.text);
    if (/^\d+$/.test(token.text) && seconds <= 0xffff_ffff) return seconds;
    throw tokens.unexpected("a time (YYYYMMDDHHMMSS)", token);
  },
};

function formatTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.000Z|[-:T]/g, "");
}

/** NaN if there is no such day or hour. */
function parseTime(digits: string): number {
  const iso = digits.replace(/(....)(..)(..)(..)(..)(..)/, "$1-$2-$3T$4:$5:$6Z");
  const seconds = Date.parse(iso) / 1000;
  return seconds >= 0 && formatTime(seconds) === digits ? seconds : NaN;
}

/** A number that some values have mnemonics for; text may give either. */
export function mnemonic(
  base: Field<number>,
  table: Readonly<Record<string, number>>,
): Field<number> {
  const byNumber = new Map(Object.entries(table).map(([text, value]) => [value, text]));
  const byText = new Map(Object.entries(table));
  return {
    ...base,
    format: (value) => byNumber.get(value) ?? String(value),
    parse(tokens) {
      const known = byText.get(tokens.peek()?.text.toUpperCase() ?? "");
      if (known === undefined) return base.parse(tokens);
      tokens.next("a mnemonic");
      return known;
    },
  };
}

function unsigned(width: Width): Field<number> {
  const octets = octetsOf[width];
  const max = 2 ** (8 * octets) - 1;
  return {
    decode: (reader: WireReader) => reader[width](),
    encode(writer: WireWriter, value) {
      if (!Number.isInteger(value) || value < 0 || value > max) {
        throw new RangeError(`Cannot encode number ${value}: not an integer from 0 to ${max}`);
      }
      writer[width](value);
    },
    format: String,
    parse(tokens) {
      const expected = `a number from 0 to ${max}`;
      const token = tokens.next(expected);
      const value = /^\d{1,15}$/.test(token.text) ? Number(token.text) : NaN;
      if (!(value <= max)) throw tokens.unexpected(expected, token);
      return value;
    },
    skip: (reader) => skipOctets(reader, octets),
  };
}
