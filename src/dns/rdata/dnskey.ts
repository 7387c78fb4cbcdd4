import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { algorithmNumber } from "./dnssec-algorithm.ts";
import { u16, u8 } from "./integer-fields.ts";
import { base64Rest } from "./octet-fields.ts";

const fields = { flags: u16, protocol: u8, algorithm: algorithmNumber, publicKey: base64Rest };

/** RFC 4034 §2.1. */
export const DNSKEY = defineRdata(RrType.DNSKEY, fields);
/** RFC 7344 §3.2. */
export const CDNSKEY = defineRdata(RrType.CDNSKEY, fields);
/** RFC 2535 §3.1, kept for SIG(0) (RFC 3445). */
export const KEY = defineRdata(RrType.KEY, fields);
