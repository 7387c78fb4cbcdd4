import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { characterStrings } from "./string-fields.ts";

/** RFC 1035 §3.3.14. */
export const TXT = defineRdata(RrType.TXT, { strings: characterStrings });
/** RFC 7208 §3.1, where its use ends. */
export const SPF = defineRdata(RrType.SPF, { strings: characterStrings });
/** RFC 9606 §5. */
export const RESINFO = defineRdata(RrType.RESINFO, { strings: characterStrings });
