import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u32, u8 } from "./integer-fields.ts";
import { hexRest } from "./octet-fields.ts";

/** RFC 8976 §2.2. */
export const ZONEMD = defineRdata(RrType.ZONEMD, {
  serial: u32,
  scheme: u8,
  hashAlgorithm: u8,
  digest: hexRest,
});
