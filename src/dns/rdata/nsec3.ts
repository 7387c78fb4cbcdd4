import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16, u8 } from "./integer-fields.ts";
import { base32HexCounted, hexCounted } from "./octet-fields.ts";
import { typeBitmap } from "./type-bitmap.ts";

const parameters = { hashAlgorithm: u8, flags: u8, iterations: u16, salt: hexCounted };

/** RFC 5155 §3.2. */
export const NSEC3 = defineRdata(RrType.NSEC3, {
  ...parameters,
  nextHashedOwner: base32HexCounted,
  types: typeBitmap,
});

/** RFC 5155 §4.2. */
export const NSEC3PARAM = defineRdata(RrType.NSEC3PARAM, parameters);
