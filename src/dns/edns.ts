import { OptionCode } from "./iana/option-code.ts";
import type { WireReader } from "./wire-reader.ts";
import type { WireWriter } from "./wire-writer.ts";

/**
 * EDNS (RFC 6891). The OPT record's fixed fields:
 *
 *     NAME   root                TYPE   41
 *     CLASS  sender's UDP payload size
 *     TTL    +--extended rcode--+--version--+DO|---- Z ----+
 *     RDATA  {option code, length, data}*
 */
export interface Edns {
  readonly version: number;
  /** What the sender can take over UDP, in octets. */
  readonly payloadSize: number;
  /** High eight bits of the response code. */
  readonly extendedRcode: number;
  /** DNSSEC OK (RFC 3225). */
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

export interface EdnsOption {
  readonly code: number;
  readonly data: Buffer;
}

/**
 * Largest message over UDP, whatever the other side offers: no fragments, which get lost and can
 * be forged (RFC 9715 §3.1). It is also the payload size that we announce.
 */
export const MAX_UDP_OCTETS = 1232;

/** Bit of DO in the low half of OPT's TTL. */
const DNSSEC_OK = 0x8000;
const NO_OPTIONS: readonly EdnsOption[] = [];
/** More are read, but not kept: 64 KB may hold 16,000 that say nothing. */
const MAX_OPTIONS = 64;

/** Reads OPT's CLASS, TTL and RDATA (the reader stands behind TYPE); undefined if malformed. */
export function readEdns(reader: WireReader): Edns | undefined {
  const payloadSize = reader.u16();
  const extendedRcode = reader.u8();
  const version = reader.u8();
  const dnssecOk = (reader.u16() & DNSSEC_OK) !== 0;
  const length = reader.u16();
  const stop = reader.offset + length;
  if (reader.failed || stop > reader.end) return undefined;
  const options = length === 0 ? NO_OPTIONS : readOptions(reader, stop);
  return options && { version, payloadSize, extendedRcode, dnssecOk, options };
}

function readOptions(reader: WireReader, stop: number): EdnsOption[] | undefined {
  const options: EdnsOption[] = [];
  while (reader.offset < stop) {
    if (stop - reader.offset < 4) return undefined;
    const code = reader.u16();
    const length = reader.u16();
    if (reader.offset + length > stop) return undefined;
    if (options.length < MAX_OPTIONS) options.push({ code, data: reader.octets(length) });
    else reader.offset += length;
  }
  return options;
}

/** Writes a whole OPT record, version 0. */
export function writeEdns(
  writer: WireWriter,
  payloadSize: number,
  rcode: number,
  dnssecOk: boolean,
  options: readonly EdnsOption[],
): void {
  writer.u8(0);
  writer.u16(41);
  writer.u16(payloadSize);
  writer.u8(rcode >>> 4);
  writer.u8(0);
  writer.u16(dnssecOk ? DNSSEC_OK : 0);
  writer.u16(optionsLength(options));
  for (const option of options) {
    writer.u16(option.code);
    writer.u16(option.data.length);
    writer.octets(option.data);
  }
}

/** Octets of an OPT record with these options. */
export function ednsLength(options: readonly EdnsOption[]): number {
  return 11 + optionsLength(options);
}

function optionsLength(options: readonly EdnsOption[]): number {
  let length = 0;
  for (const option of options) length += 4 + option.data.length;
  return length;
}

/** The first option with this code. */
export function findOption(options: readonly EdnsOption[], code: number): EdnsOption | undefined {
  for (const option of options) if (option.code === code) return option;
  return undefined;
}

/** An Extended DNS Error (RFC 8914 §2): a code from `ExtendedErrorCode` and a text for people. */
export function extendedErrorOption(infoCode: number, extraText = ""): EdnsOption {
  const data = Buffer.alloc(2 + Buffer.byteLength(extraText));
  data.writeUInt16BE(infoCode, 0);
  data.write(extraText, 2);
  return { code: OptionCode.EXTENDED_ERROR, data };
}

/** Decodes an Extended DNS Error; undefined if it is too short. */
export function decodeExtendedError(
  data: Buffer,
): { infoCode: number; extraText: string } | undefined {
  if (data.length < 2) return undefined;
  return { infoCode: data.readUInt16BE(0), extraText: data.toString("utf8", 2) };
}

/** A client subnet (RFC 7871 §6). `address` is as long as the source prefix needs. */
export interface ClientSubnet {
  /** 1 for IPv4, 2 for IPv6. */
  readonly family: number;
  readonly sourcePrefixLength: number;
  readonly scopePrefixLength: number;
  readonly address: Buffer;
}

export function decodeClientSubnet(data: Buffer): ClientSubnet | undefined {
  if (data.length < 4) return undefined;
  const [sourcePrefixLength, scopePrefixLength] = [data.readUInt8(2), data.readUInt8(3)];
  const address = data.subarray(4);
  if (address.length !== Math.ceil(sourcePrefixLength / 8)) return undefined;
  return { family: data.readUInt16BE(0), sourcePrefixLength, scopePrefixLength, address };
}

export function clientSubnetOption(subnet: ClientSubnet): EdnsOption {
  const head = Buffer.alloc(4);
  head.writeUInt16BE(subnet.family, 0);
  head.writeUInt8(subnet.sourcePrefixLength, 2);
  head.writeUInt8(subnet.scopePrefixLength, 3);
  return { code: OptionCode.CLIENT_SUBNET, data: Buffer.concat([head, subnet.address]) };
}

/** A DNS cookie (RFC 7873 §4): 8 octets of the client's, then none or 8 to 32 of the server's. */
export function decodeCookie(data: Buffer): { client: Buffer; server: Buffer } | undefined {
  const server = data.subarray(8);
  if (data.length < 8 || (server.length > 0 && server.length < 8) || server.length > 32) {
    return undefined;
  }
  return { client: data.subarray(0, 8), server };
}

/** A TCP keepalive (RFC 7828 §3.1): the idle time-out in units of 100 ms. */
export function keepaliveOption(timeoutMs: number): EdnsOption {
  const data = Buffer.alloc(2);
  data.writeUInt16BE(Math.min(0xffff, Math.floor(timeoutMs / 100)), 0);
  return { code: OptionCode.KEEPALIVE, data };
}

/** The time-out of a keepalive option; undefined if the client sent none, as it should. */
export function decodeKeepalive(data: Buffer): number | undefined {
  return data.length === 2 ? data.readUInt16BE(0) * 100 : undefined;
}

/** A name server identifier (RFC 5001 §2.3). */
export function nsidOption(identifier: string): EdnsOption {
  return { code: OptionCode.NSID, data: Buffer.from(identifier) };
}

/** Padding of zero octets (RFC 7830 §3). */
export function paddingOption(length: number): EdnsOption {
  return { code: OptionCode.PADDING, data: Buffer.alloc(length) };
}
