import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { algorithmNumber } from "./dnssec-algorithm.ts";
import { duration, rrType, timestamp, u16, u8 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import { base64Rest } from "./octet-fields.ts";

const fields = {
  typeCovered: rrType,
  algorithm: algorithmNumber,
  labels: u8,
  originalTtlSeconds: duration,
  /** Seconds since 1970. */
  expiration: timestamp,
  inception: timestamp,
  keyTag: u16,
  signer: name,
  signature: base64Rest,
};

/** RFC 4034 §3.1. */
export const RRSIG = defineRdata(RrType.RRSIG, fields);
/** RFC 2931 §3; as RRSIG, but its name may come compressed (RFC 3597 §4). */
export const SIG = defineRdata(RrType.SIG, fields);
