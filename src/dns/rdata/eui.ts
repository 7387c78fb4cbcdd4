import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { hexGroups } from "./octet-fields.ts";

/** RFC 7043 §3. */
export const EUI48 = defineRdata(RrType.EUI48, { address: hexGroups(6, 1, "-") });
/** RFC 7043 §4. */
export const EUI64 = defineRdata(RrType.EUI64, { address: hexGroups(8, 1, "-") });
