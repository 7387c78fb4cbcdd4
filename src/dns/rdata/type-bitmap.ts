import { formatRrType, parseRrType } from "../iana/rr-type.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";
import type { Field } from "./field.ts";
import { skipOctets } from "./field.ts";

/**
 * A set of record types, ascending, up to the end of the record (RFC 4034 §4.1.2): one block for
 * each window of 256 types that has any, its bits counted from the left:
 *
 *     +--------+--------+----------------------------+
 *     | window | length | bitmap of 1 to 32 octets   |
 *     +--------+--------+----------------------------+
 */
export const typeBitmap: Field<readonly number[]> = {
  decode(reader) {
    const types: number[] = [];
    for (let previous = -1; reader.remaining > 0;) {
      const window = reader.u8();
      const bitmap = reader.octets(reader.u8());
      // Zeros at the end and windows out of order are forbidden: there is but one form.
      if (window <= previous || bitmap.length > 32 || !bitmap.at(-1)) reader.failed = true;
      if (reader.failed) break;
      bitmap.forEach((octet, i) => pushTypes(types, window * 256 + i * 8, octet));
      previous = window;
    }
    return types;
  },
  encode(writer, types) {
    const bad = types.find((type) => !(type >= 0 && type <= 0xffff));
    if (bad !== undefined) throw new RangeError(`Cannot encode type ${bad}: not 16 bits`);
    const windows = Map.groupBy(
      [...types].sort((a, b) => a - b),
      (type) => type >>> 8,
    );
    for (const [window, members] of windows) writeWindow(writer, window, members);
  },
  format: (types) => types.map(formatRrType).join(" "),
  parse(tokens) {
    const types = new Set<number>();
    while (!tokens.isDone) {
      const token = tokens.next("a record type");
      const type = parseRrType(token.text);
      if (type === undefined) throw tokens.unexpected("a record type", token);
      types.add(type);
    }
    return [...types].sort((a, b) => a - b);
  },
  skip: skipWindows,
};

function skipWindows(reader: WireReader): void {
  while (reader.remaining > 0) {
    reader.u8();
    skipOctets(reader, reader.u8());
  }
}

function pushTypes(types: number[], first: number, octet: number): void {
  for (let bit = 0; bit < 8; bit++) if (octet & (0x80 >>> bit)) types.push(first + bit);
}

function writeWindow(writer: WireWriter, window: number, types: readonly number[]): void {
  const last = (types.at(-1) ?? 0) & 0xff;
  const bitmap = Buffer.alloc((last >>> 3) + 1);
  for (const type of types) {
    const at = (type & 0xff) >>> 3;
    bitmap[at] = (bitmap[at] ?? 0) | (0x80 >>> (type & 7));
  }
  writer.u8(window);
  writer.u8(bitmap.length);
  writer.octets(bitmap);
}
