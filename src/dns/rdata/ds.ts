import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { algorithmNumber } from "./dnssec-algorithm.ts";
import { u16, u8 } from "./integer-fields.ts";
import { hexRest } from "./octet-fields.ts";

const fields = { keyTag: u16, algorithm: algorithmNumber, digestType: u8, digest: hexRest };

/** RFC 4034 §5.1. */
export const DS = defineRdata(RrType.DS, fields);
/** RFC 7344 §3.1. */
export const CDS = defineRdata(RrType.CDS, fields);
/** RFC 4431 §2. */
export const DLV = defineRdata(RrType.DLV, fields);
