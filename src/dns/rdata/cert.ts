import { RrType } from "../iana/rr-type.ts";
import { defineRdata } from "./define-rdata.ts";
import { algorithmMnemonic } from "./dnssec-algorithm.ts";
import { mnemonic, u16 } from "./integer-fields.ts";
import { base64Rest } from "./octet-fields.ts";

/** RFC 4398 §2.1. */
const certificateTypes = {
  PKIX: 1,
  SPKI: 2,
  PGP: 3,
  IPKIX: 4,
  ISPKI: 5,
  IPGP: 6,
  ACPKIX: 7,
  IACPKIX: 8,
  URI: 253,
  OID: 254,
} as const;

/** RFC 4398 §2. */
export const CERT = defineRdata(RrType.CERT, {
  certificateType: mnemonic(u16, certificateTypes),
  keyTag: u16,
  algorithm: algorithmMnemonic,
  certificate: base64Rest,
});
