import type { Field } from "./field.ts";
import { skipOctets } from "./field.ts";
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6 } from "./ip-address.ts";

/** An IPv4 address as text. */
export const ipv4: Field<string> = address(4, "an IPv4 address", formatIpv4, parseIpv4);

/** An IPv6 address as text, in the form of RFC 5952. */
export const ipv6: Field<string> = address(16, "an IPv6 address", formatIpv6, parseIpv6);

function address(
  octets: number,
  what: string,
  format: (octets: Uint8Array) => string,
  parse: (text: string) => Buffer | undefined,
): Field<string> {
  return {
    decode: (reader) => format(reader.octets(octets)),
    encode(writer, value) {
      const wire = parse(value);
      if (!wire) throw new RangeError(`Cannot encode address "${value}": not ${what}`);
      writer.octets(wire);
    },
    format: (value) => value,
    parse(tokens) {
      const token = tokens.next(what);
      const wire = parse(token.text);
      if (!wire) throw tokens.unexpected(what, token);
      return format(wire);
    },
    parseTo(tokens, writer) {
      const token = tokens.next(what);
      const wire = parse(token.text);
      if (!wire) throw tokens.unexpected(what, token);
      writer.octets(wire);
    },
    skip: (reader) => skipOctets(reader, octets),
  };
}
