import { RrType } from "../iana/rr-type.ts";
import { Name } from "../name.ts";
import type { TokenCursor } from "../tokenizer.ts";
import type { WireReader } from "../wire-reader.ts";
import type { WireWriter } from "../wire-writer.ts";
import { ipv4, ipv6 } from "./address-fields.ts";
import { defineRdata } from "./define-rdata.ts";
import type { Field } from "./field.ts";
import { skipOctets } from "./field.ts";
import { u8 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import { base64Rest } from "./octet-fields.ts";

/** Which kind of gateway follows (RFC 4025 §2.3). */
const GatewayType = { none: 0, ipv4: 1, ipv6: 2, name: 3 } as const;

interface Gateway {
  readonly algorithm: number;
  /** An address as text, a name, or none. */
  readonly gateway: string | Name | undefined;
}

/** The type of the gateway, the key's algorithm, the gateway: the first says how to read the last. */
const gateway: Field<Gateway> = {
  decode(reader) {
    const type = reader.u8();
    return { algorithm: reader.u8(), gateway: readGateway(reader, type) };
  },
  encode(writer, value) {
    writer.u8(gatewayType(value));
    u8.encode(writer, value.algorithm);
    writeGateway(writer, value.gateway);
  },
  format(value) {
    return `${gatewayType(value)} ${value.algorithm} ${String(value.gateway ?? ".")}`;
  },
  parse(tokens) {
    const type = u8.parse(tokens);
    return { algorithm: u8.parse(tokens), gateway: parseGateway(tokens, type) };
  },
  expand(reader, writer) {
    const type = reader.u8();
    const algorithm = reader.u8();
    writer.u8(type);
    writer.u8(algorithm);
    if (type === GatewayType.name) return name.expand?.(reader, writer);
    const start = reader.offset;
    if (type === GatewayType.ipv4) skipOctets(reader, 4);
    if (type === GatewayType.ipv6) skipOctets(reader, 16);
    writer.octets(reader.bytes.subarray(start, reader.offset));
  },
};

/** RFC 4025 §2. */
export const IPSECKEY = defineRdata(RrType.IPSECKEY, {
  precedence: u8,
  gateway,
  publicKey: base64Rest,
});

function gatewayType({ gateway }: Gateway): number {
  if (gateway === undefined) return GatewayType.none;
  if (gateway instanceof Name) return GatewayType.name;
  return gateway.includes(":") ? GatewayType.ipv6 : GatewayType.ipv4;
}

function readGateway(reader: WireReader, type: number): string | Name | undefined {
  if (type === GatewayType.ipv4) return ipv4.decode(reader);
  if (type === GatewayType.ipv6) return ipv6.decode(reader);
  if (type === GatewayType.name) return reader.name();
  if (type !== GatewayType.none) reader.failed = true;
  return undefined;
}

function writeGateway(writer: WireWriter, gateway: string | Name | undefined): void {
  if (gateway instanceof Name) writer.name(gateway);
  else if (gateway !== undefined) (gateway.includes(":") ? ipv6 : ipv4).encode(writer, gateway);
}

function parseGateway(tokens: TokenCursor, type: number): string | Name | undefined {
  if (type === GatewayType.ipv4) return ipv4.parse(tokens);
  if (type === GatewayType.ipv6) return ipv6.parse(tokens);
  if (type === GatewayType.name) return tokens.name();
  const token = tokens.next('"."');
  if (type !== GatewayType.none || token.text !== ".") {
    throw tokens.unexpected('a gateway of type 0 to 3, which is "." for 0', token);
  }
  return undefined;
}
