import { RrType } from "../iana/rr-type.ts";
import { ipv6 } from "./address-fields.ts";
import { defineRdata } from "./define-rdata.ts";

/** RFC 3596 §2.2. */
export const AAAA = defineRdata(RrType.AAAA, { address: ipv6 });
