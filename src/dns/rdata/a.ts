import { RrType } from "../iana/rr-type.ts";
import { ipv4 } from "./address-fields.ts";
import { defineRdata } from "./define-rdata.ts";

/** RFC 1035 §3.4.1. */
export const A = defineRdata(RrType.A, { address: ipv4 });
