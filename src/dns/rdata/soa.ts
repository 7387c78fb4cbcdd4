import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { duration, u32 } from "./integer-fields.ts";
import { compressibleName } from "./name-fields.ts";

/** RFC 1035 §3.3.13. */
export const SOA = defineRdata(RrType.SOA, {
  /** The primary server. */
  mname: compressibleName,
  /** The mailbox of the person responsible, `@` written as a dot. */
  rname: compressibleName,
  serial: u32,
  refreshSeconds: duration,
  retrySeconds: duration,
  expireSeconds: duration,
  /** The TTL of negative answers (RFC 2308 §4). */
  minimumSeconds: duration,
});
