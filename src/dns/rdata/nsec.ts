import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { name } from "./name-fields.ts";
import { hexRest } from "./octet-fields.ts";
import { typeBitmap } from "./type-bitmap.ts";

/** RFC 4034 §4.1. */
export const NSEC = defineRdata(RrType.NSEC, { next: name, types: typeBitmap });

/** RFC 2535 §5.2, obsolete; known because its name may come compressed (RFC 3597 §4). */
export const NXT = defineRdata(RrType.NXT, { next: name, bitmap: hexRest }, "generic");
