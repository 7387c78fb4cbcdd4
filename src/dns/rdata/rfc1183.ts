import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";
import { characterString, optionalCharacterString } from "./string-fields.ts";

/** The experimental types of RFC 1183. */
export const AFSDB = defineRdata(RrType.AFSDB, { subtype: u16, host: name });
export const RP = defineRdata(RrType.RP, { mailbox: name, text: name });
export const X25 = defineRdata(RrType.X25, { address: characterString });
export const ISDN = defineRdata(RrType.ISDN, {
  address: characterString,
  subaddress: optionalCharacterString,
});
export const RT = defineRdata(RrType.RT, { preference: u16, intermediateHost: name });
