import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import { characterString } from "./string-fields.ts";

/** RFC 3403 §4.1. */
export const NAPTR = defineRdata(RrType.NAPTR, {
  order: u16,
  preference: u16,
  flags: characterString,
  services: characterString,
  regexp: characterString,
  replacement: name,
});
