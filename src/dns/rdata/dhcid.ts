import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { base64Rest } from "./octet-fields.ts";

/** RFC 4701 §3.1. */
export const DHCID = defineRdata(RrType.DHCID, { identifier: base64Rest });
