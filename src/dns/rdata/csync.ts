import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16, u32 } from "./integer-fields.ts";
import { typeBitmap } from "./type-bitmap.ts";

/** RFC 7477 §2.1. */
export const CSYNC = defineRdata(RrType.CSYNC, { serial: u32, flags: u16, types: typeBitmap });
