import { WireWriter } from "../../src/dns/wire-writer.ts";
import { Name } from "../../src/dns/name.ts";

/**
 * Octets as a text: hexadecimal digits, blanks anywhere, and names in presentation form between
 * parentheses, written whole and without compression:
 * `raw("0001 0100 0001 0000 0000 0000 (www.example.org.) 0001 0001")`.
 */
export function raw(text: string): Buffer {
  const parts = text.split(/\(([^)]*)\)/);
  return Buffer.concat(parts.map((part, i) => (i % 2 === 1 ? wireName(part) : digits(part))));
}

function digits(text: string): Buffer {
  const hex = text.replaceAll(/\s/g, "");
  const octets = Buffer.from(hex, "hex");
  if (octets.length * 2 === hex.length) return octets;
  throw new TypeError(`Cannot read octets "${text.trim()}": not hexadecimal`);
}

function wireName(text: string): Buffer {
  return Buffer.from(Name.parse(text).wire, "latin1");
}

/** Two octets for each number. */
export function words(...numbers: readonly number[]): Buffer {
  const writer = new WireWriter(Buffer.alloc(2 * numbers.length));
  for (const number of numbers) writer.u16(number);
  return writer.copy();
}
