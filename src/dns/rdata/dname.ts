import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { name } from "./name-fields.ts";

/** RFC 6672 §2.1. */
export const DNAME = defineRdata(RrType.DNAME, { target: name });
