import type { Name } from "../name.ts";
import { TokenCursor, tokenize } from "../tokenizer.ts";
import { WireReader } from "../wire-reader.ts";
import { rdataCodecOf } from "./registry.ts";

/**
 * Reads the RDATA of a record out of a whole message, `length` octets at `reader.offset`, and
 * leaves the reader behind it.
 * @returns its octets with all names uncompressed, as a copy that does not alias the packet;
 * undefined, with `reader.failed` set, if they are not what the type asks for. Octets of an
 * unknown type are taken as they are (RFC 3597 §3).
 */
export function expandRdata(reader: WireReader, type: number, length: number): Buffer | undefined {
  if (reader.failed || length > reader.remaining) {
    reader.failed = true;
    return undefined;
  }
  const codec = rdataCodecOf(type);
  if (!codec) return Buffer.from(reader.octets(length));
  const messageEnd = reader.end;
  reader.end = reader.offset + length;
  const rdata = codec.expand(reader);
  reader.end = messageEnd;
  if (!rdata) reader.failed = true;
  return rdata;
}

/**
 * RDATA in presentation format; as `\# 4 0a000001` (RFC 3597 §5) if the type is unknown, or the
 * octets are malformed or none.
 */
export function formatRdata(type: number, rdata: Buffer): string {
  return rdataCodecOf(type)?.format(rdata) || formatGeneric(rdata);
}

/**
 * RDATA given in presentation format, which may be that of RFC 3597 for every type.
 * @param origin completes relative names; without it they are taken as absolute.
 * @throws {SyntaxError} if it is not the type's format.
 */
export function parseRdata(type: number, text: string, origin?: Name): Buffer {
  const [entry, another] = tokenize(text);
  if (another) throw new SyntaxError("Cannot parse record: more than one line");
  return parseRdataTokens(type, new TokenCursor(entry?.tokens ?? [], origin));
}

/** As {@link parseRdata}, for the tokens that are left. */
export function parseRdataTokens(type: number, tokens: TokenCursor): Buffer {
  const first = tokens.peek();
  if (first?.text === "\\#" && !first.quoted) return parseGeneric(type, tokens);
  const codec = rdataCodecOf(type);
  if (codec) return codec.parse(tokens);
  throw tokens.unexpected("RDATA as \\# LENGTH HEX", tokens.next("RDATA as \\# LENGTH HEX"));
}

function formatGeneric(rdata: Buffer): string {
  return rdata.length === 0 ? "\\# 0" : `\\# ${rdata.length} ${rdata.toString("hex")}`;
}

function parseGeneric(type: number, tokens: TokenCursor): Buffer {
  tokens.next("\\#");
  const length = tokens.next("a length");
  const hex = tokens.rest();
  const rdata = Buffer.from(hex, "hex");
  if (!/^\d{1,5}$/.test(length.text) || rdata.length > 0xffff) {
    throw tokens.unexpected("a length from 0 to 65535", length);
  }
  if (hex.length !== 2 * rdata.length || rdata.length !== Number(length.text)) {
    throw new SyntaxError(`Cannot parse record: expected ${length.text} octets, found "${hex}"`);
  }
  // The octets of a known type are checked, and have to be uncompressed (RFC 3597 §5).
  const reader = new WireReader(rdata);
  if (expandRdata(reader, type, rdata.length)?.equals(rdata)) return rdata;
  throw new SyntaxError(`Cannot parse record: "${hex}" is not RDATA of its type`);
}
