import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { u16 } from "./integer-fields.ts";
import { name } from "./name-fields.ts";

/** RFC 2782. */
export const SRV = defineRdata(RrType.SRV, { priority: u16, weight: u16, port: u16, target: name });
