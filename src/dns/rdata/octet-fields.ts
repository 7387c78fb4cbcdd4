import type { TokenCursor } from "../tokenizer.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";
import { decodeBase32Hex, encodeBase32Hex } from "./base32hex.ts";
import type { Field } from "./field.ts";
import { skipCounted, skipOctets, skipRest } from "./field.ts";

/** All octets that are left, in hex, which blanks may cut. */
export const hexRest: Field<Buffer> = rest("octets in hex", "hex", parseHex);

/** All octets that are left, in base64, which blanks may cut. */
export const base64Rest: Field<Buffer> = rest("octets in base64", "base64", parseBase64);

/** Up to 255 octets behind their number, in hex; `-` if there are none: a salt (RFC 5155 §3.3). */
export const hexCounted: Field<Buffer> = {
  decode: (reader) => reader.octets(reader.u8()),
  encode: writeCounted,
  format: (value) => (value.length === 0 ? "-" : value.toString("hex")),
  parse(tokens) {
    const token = tokens.next("octets in hex");
    const octets = token.text === "-" ? Buffer.alloc(0) : parseHex(token.text);
    if (!octets || octets.length > 255) throw tokens.unexpected("up to 255 octets in hex", token);
    return octets;
  },
  skip: skipCounted,
};

/** Octets behind their number in 16 bits: only in types without presentation format. */
export const hexCounted16: Field<Buffer> = {
  ...hexCounted,
  decode: (reader) => reader.octets(reader.u16()),
  encode(writer, value) {
    if (value.length > 0xffff) throw new RangeError("Cannot encode octets: more than 65535");
    writer.u16(value.length);
    writer.octets(value);
  },
  skip: (reader) => skipOctets(reader, reader.u16()),
};

/** 1 to 255 octets behind their number, in base32 with extended hex alphabet (RFC 5155 §3.3). */
export const base32HexCounted: Field<Buffer> = {
  decode(reader) {
    const octets = reader.octets(reader.u8());
    if (octets.length === 0) reader.failed = true;
    return octets;
  },
  encode: writeCounted,
  format: encodeBase32Hex,
  parse(tokens) {
    const token = tokens.next("octets in base32hex");
    const octets = decodeBase32Hex(token.text);
    if (!octets || octets.length === 0 || octets.length > 255) {
      throw tokens.unexpected("1 to 255 octets in base32hex", token);
    }
    return octets;
  },
  skip: skipCounted,
};

/** A fixed number of octets in hex, in groups: `00-00-5e-00-53-2a`. The value is that text. */
export function hexGroups(octets: number, groupOctets: number, separator: string): Field<string> {
  const group = `[0-9a-f]{${2 * groupOctets}}`;
  const pattern = new RegExp(`^${group}(${separator}${group}){${octets / groupOctets - 1}}$`, "i");
  const groups = new RegExp(group, "g");
  const expected = `${octets} octets in hex joined by "${separator}"`;
  return {
    decode(reader: WireReader) {
      const hex = reader.octets(octets).toString("hex");
      return (hex.match(groups) ?? []).join(separator);
    },
    encode(writer: WireWriter, value) {
      if (!pattern.test(value)) {
        throw new RangeError(`Cannot encode "${value}": expected ${expected}`);
      }
      writer.octets(Buffer.from(value.replaceAll(separator, ""), "hex"));
    },
    format: (value) => value,
    parse(tokens: TokenCursor) {
      const token = tokens.next(expected);
      // BIND leaves zeros in front of longer groups out, as IPv6 does.
      const text =
        groupOctets === 1
          ? token.text
          : token.text.replace(/[0-9a-f]+/gi, (digits) => digits.padStart(2 * groupOctets, "0"));
      if (!pattern.test(text)) throw tokens.unexpected(expected, token);
      return text.toLowerCase();
    },
    skip: (reader) => skipOctets(reader, octets),
  };
}

/** Octets of canonical base64; undefined for any other text. */
export function parseBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, "base64");
  return octets.toString("base64") === text ? octets : undefined;
}

function parseHex(text: string): Buffer | undefined {
  return /^([0-9a-f]{2})*$/i.test(text) ? Buffer.from(text, "hex") : undefined;
}

function rest(
  what: string,
  encoding: "hex" | "base64",
  parse: (text: string) => Buffer | undefined,
): Field<Buffer> {
  return {
    decode: (reader) => reader.rest(),
    encode: (writer, value) => writer.octets(value),
    format: (value) => value.toString(encoding),
    parse(tokens) {
      const text = tokens.rest();
      const octets = parse(text);
      if (!octets) throw new SyntaxError(`Cannot parse record: expected ${what}, found "${text}"`);
      return octets;
    },
    skip: skipRest,
  };
}

function writeCounted(writer: WireWriter, value: Buffer): void {
  if (value.length > 255) throw new RangeError("Cannot encode octets: more than 255");
  writer.u8(value.length);
  writer.octets(value);
}
