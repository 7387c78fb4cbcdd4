import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { base64Rest } from "./octet-fields.ts";

/** RFC 7929 §2.1. */
export const OPENPGPKEY = defineRdata(RrType.OPENPGPKEY, { publicKey: base64Rest });
