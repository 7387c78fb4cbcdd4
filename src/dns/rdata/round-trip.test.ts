import type { Arbitrary } from "fast-check";
import {
  array,
  assert,
  constant,
  constantFrom,
  ipV4,
  ipV6,
  nat,
  option,
  property,
  record,
  string,
  uint8Array,
  uniqueArray,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryName } from "../arbitrary.cases.ts";
import { ipv4, ipv6 } from "./address-fields.ts";
import { algorithmMnemonic, algorithmNumber } from "./dnssec-algorithm.ts";
import type { Field } from "./field.ts";
import { duration, rrType, timestamp, u16, u32, u48, u8 } from "./integer-fields.ts";
import { parseIpv6, formatIpv6 } from "./ip-address.ts";
import { compressibleName, name } from "./name-fields.ts";
import { base32HexCounted, base64Rest, hexCounted, hexCounted16, hexRest } from "./octet-fields.ts";
import { formatRdata, parseRdata } from "./rdata.ts";
import { rdataCodecs } from "./registry.ts";
import {
  characterString,
  characterStrings,
  optionalCharacterString,
  stringRest,
  tag,
} from "./string-fields.ts";
import { typeBitmap } from "./type-bitmap.ts";

function octetsOf(minLength: number, maxLength: number): Arbitrary<Buffer> {
  return uint8Array({ minLength, maxLength }).map((octets) => Buffer.from(octets));
}

function textOf(maxLength: number): Arbitrary<string> {
  return octetsOf(0, maxLength).map((octets) => octets.toString("latin1"));
}

const anyIpv6 = ipV6().map((text) => formatIpv6(parseIpv6(text) ?? Buffer.alloc(16)));
const letters = string({
  minLength: 1,
  maxLength: 255,
  unit: constantFrom(..."abcABC019".split("")),
});
const types = uniqueArray(nat(0xffff)).map((list) => list.sort((a, b) => a - b));

/** All values that a field of each kind can have. */
const valuesOf = new Map<Field<unknown>, Arbitrary<unknown>>([
  [u8, nat(0xff)],
  [u16, nat(0xffff)],
  [u32, nat(0xffff_ffff)],
  [u48, nat(0xffff_ffff_ffff)],
  [duration, nat(0xffff_ffff)],
  [timestamp, nat(0xffff_ffff)],
  [rrType, nat(0xffff)],
  [algorithmNumber, nat(0xff)],
  [algorithmMnemonic, nat(0xff)],
  [name, arbitraryName],
  [compressibleName, arbitraryName],
  [ipv4, ipV4()],
  [ipv6, anyIpv6],
  [characterString, textOf(255)],
  [optionalCharacterString, option(textOf(255), { nil: undefined })],
  [characterStrings, array(textOf(255), { minLength: 1 })],
  [stringRest, textOf(1000)],
  [tag, letters],
  [hexRest, octetsOf(0, 1000)],
  [base64Rest, octetsOf(0, 1000)],
  [hexCounted, octetsOf(0, 255)],
  [hexCounted16, octetsOf(0, 1000)],
  [base32HexCounted, octetsOf(1, 255)],
  [typeBitmap, types],
]);

const covered = rdataCodecs.filter(({ fields }) =>
  Object.values(fields).every((field) => valuesOf.has(field)),
);

describe("values of every kind", () => {
  it.each(covered.map((codec) => [codec.type, codec] as const))(
    "survive the way through octets and text in type %i",
    (type, codec) => {
      const entries = Object.entries(codec.fields);
      const model = Object.fromEntries(
        entries.map(([key, field]) => [key, valuesOf.get(field) ?? constant(undefined)]),
      );
      assert(
        property(record(model), (value) => {
          const rdata = codec.encode(value);
          const decoded = codec.decode(rdata);
          expect(decoded).toBeDefined();
          expect(codec.encode(decoded)).toEqual(rdata);
          const text = formatRdata(type, rdata);
          expect(parseRdata(type, text)).toEqual(rdata);
          for (const [key, field] of entries) {
            const [read, written] = [decoded, value].map((holder) => Object(holder)[key]);
            expect(field.format(read)).toBe(field.format(written));
          }
        }),
        { numRuns: 50 },
      );
    },
  );

  it("leave only the types with fields of their own to their own tests", () => {
    const others = rdataCodecs.filter((codec) => !covered.includes(codec));
    // LOC CERT APL IPSECKEY SVCB HTTPS NID L64 EUI48 EUI64
    expect(others.map((codec) => codec.type).sort((a, b) => a - b)).toEqual([
      29, 37, 42, 45, 64, 65, 104, 106, 108, 109,
    ]);
  });
});
