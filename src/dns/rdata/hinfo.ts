import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { characterString } from "./string-fields.ts";

/** RFC 1035 §3.3.2; the answer to ANY in RFC 8482 §4.2. */
export const HINFO = defineRdata(RrType.HINFO, { cpu: characterString, os: characterString });
