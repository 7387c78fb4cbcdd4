import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { stringRest } from "./string-fields.ts";

/** RFC 7553 §4. */
export const URI = defineRdata(RrType.URI, { priority: u16, weight: u16, target: stringRest });
