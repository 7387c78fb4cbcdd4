import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u8 } from "./integer-fields.ts";
import { hexRest } from "./octet-fields.ts";

const fields = { usage: u8, selector: u8, matchingType: u8, association: hexRest };

/** RFC 6698 §2.1. */
export const TLSA = defineRdata(RrType.TLSA, fields);
/** RFC 8162 §2. */
export const SMIMEA = defineRdata(RrType.SMIMEA, fields);
