import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";

/** RFC 2163 §4. */
export const PX = defineRdata(RrType.PX, { preference: u16, map822: name, mapX400: name });
