import { RrType } from "../iana/rr-type.ts";
import type { Token, TokenCursor } from "../tokenizer.ts";
import type { WireReader } from "../wire-reader.ts";
import { defineRdata } from "./define-rdata.ts";
import type { Field } from "./field.ts";
import { skipOctets } from "./field.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";

export interface AddressPrefix {
  readonly isNegated: boolean;
  /** IPv4 or IPv6, as text. */
  readonly address: string;
  readonly prefixLength: number;
}

/**
 * Items up to the end of the record (RFC 3123 §4); zeros at the end of an address are left out:
 *
 *     +-----------------+--------+---+---------+----------------+
 *     | family: 1 or 2  | prefix | N | length  | that many      |
 *     | (16 bits)       | length |   | (7 bits)| octets         |
 *     +-----------------+--------+---+---------+----------------+
 */
const addressPrefixes: Field<readonly AddressPrefix[]> = {
  decode(reader) {
    const prefixes: AddressPrefix[] = [];
    while (reader.remaining > 0) prefixes.push(readPrefix(reader));
    return prefixes;
  },
  encode(writer, prefixes) {
    for (const { address, prefixLength, isNegated } of prefixes) {
      const octets = parseIpv4(address) ?? parseIpv6(address);
      if (!octets || !(prefixLength >= 0 && prefixLength <= octets.length * 8)) {
        throw new RangeError(`Cannot encode prefix "${address}/${prefixLength}"`);
      }
      const used = octets.findLastIndex((octet) => octet !== 0) + 1;
      writer.u16(octets.length === 4 ? 1 : 2);
      writer.u8(prefixLength);
      writer.u8((isNegated ? 0x80 : 0) | used);
      writer.octets(octets.subarray(0, used));
    }
  },
  format: (prefixes) => prefixes.map(formatPrefix).join(" "),
  parse(tokens) {
    const prefixes: AddressPrefix[] = [];
    while (!tokens.isDone) prefixes.push(parsePrefix(tokens, tokens.next("a prefix")));
    return prefixes;
  },
  skip(reader) {
    while (reader.remaining > 0) {
      skipOctets(reader, 3);
      skipOctets(reader, reader.u8() & 0x7f);
    }
  },
};

/** RFC 3123. */
export const APL = defineRdata(RrType.APL, { prefixes: addressPrefixes });

function readPrefix(reader: WireReader): AddressPrefix {
  const family = reader.u16();
  const prefixLength = reader.u8();
  const length = reader.u8();
  const octets = reader.octets(length & 0x7f);
  const size = family === 1 ? 4 : 16;
  const isValid =
    (family === 1 || family === 2) &&
    prefixLength <= size * 8 &&
    octets.length <= size &&
    octets.at(-1) !== 0;
  if (!isValid) reader.failed = true;
  const whole = Buffer.alloc(16);
  octets.copy(whole);
  const address = family === 1 ? formatIpv4(whole) : formatIpv6(whole);
  return { isNegated: length > 0x7f, address, prefixLength };
}

function formatPrefix({ isNegated, address, prefixLength }: AddressPrefix): string {
  return `${isNegated ? "!" : ""}${address.includes(":") ? 2 : 1}:${address}/${prefixLength}`;
}

function parsePrefix(tokens: TokenCursor, token: Token): AddressPrefix {
  const parts = /^(!?)([12]):([^/]+)\/(\d{1,3})$/.exec(token.text);
  const [, negation, family, address = "", length] = parts ?? [];
  const isAddress = family === "1" ? parseIpv4(address) : parseIpv6(address);
  if (!isAddress || Number(length) > (family === "1" ? 32 : 128)) {
    throw tokens.unexpected("a prefix such as 1:192.0.2.0/24 or !2:2001:db8::/32", token);
  }
  return { isNegated: negation === "!", address, prefixLength: Number(length) };
}
