import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { compressibleName } from "./name-fields.ts";

/** RFC 1035 §3.3.9. */
export const MX = defineRdata(RrType.MX, { preference: u16, exchange: compressibleName });
