import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { compressibleName } from "./name-fields.ts";

/** The types of RFC 1035 §3.3 that hold nothing but names. */
export const NS = defineRdata(RrType.NS, { nameserver: compressibleName });
export const CNAME = defineRdata(RrType.CNAME, { target: compressibleName });
export const PTR = defineRdata(RrType.PTR, { target: compressibleName });
export const MB = defineRdata(RrType.MB, { host: compressibleName });
export const MD = defineRdata(RrType.MD, { host: compressibleName });
export const MF = defineRdata(RrType.MF, { host: compressibleName });
export const MG = defineRdata(RrType.MG, { mailbox: compressibleName });
export const MR = defineRdata(RrType.MR, { mailbox: compressibleName });
export const MINFO = defineRdata(RrType.MINFO, {
  responsibleMailbox: compressibleName,
  errorMailbox: compressibleName,
});
