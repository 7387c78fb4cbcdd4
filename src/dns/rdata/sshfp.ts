import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u8 } from "./integer-fields.ts";
import { hexRest } from "./octet-fields.ts";

/** RFC 4255 §3.1. */
export const SSHFP = defineRdata(RrType.SSHFP, {
  algorithm: u8,
  fingerprintType: u8,
  fingerprint: hexRest,
});
