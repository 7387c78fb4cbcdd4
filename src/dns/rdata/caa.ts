import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u8 } from "./integer-fields.ts";
import { stringRest, tag } from "./string-fields.ts";

/** RFC 8659 §4.1. */
export const CAA = defineRdata(RrType.CAA, { flags: u8, tag, value: stringRest });
