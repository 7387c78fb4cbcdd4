import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { timestamp, u16, u48 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import { hexCounted16 } from "./octet-fields.ts";

/** RFC 2930 §2. */
export const TKEY = defineRdata(
  RrType.TKEY,
  {
    algorithm: name,
    inception: timestamp,
    expiration: timestamp,
    mode: u16,
    error: u16,
    key: hexCounted16,
    otherData: hexCounted16,
  },
  "generic",
);

/** RFC 8945 §4.2. */
export const TSIG = defineRdata(
  RrType.TSIG,
  {
    algorithm: name,
    /** Seconds since 1970. */
    timeSigned: u48,
    fudgeSeconds: u16,
    mac: hexCounted16,
    originalId: u16,
    error: u16,
    otherData: hexCounted16,
  },
  "generic",
);
