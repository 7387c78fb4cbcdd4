import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";

/** RFC 2230 §3.1. */
export const KX = defineRdata(RrType.KX, { preference: u16, exchanger: name });
