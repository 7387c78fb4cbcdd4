import { mnemonic, u8 } from "./integer-fields.ts";
import type { Field } from "./field.ts";

/** IANA "DNS Security Algorithm Numbers". */
const algorithms = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  "DSA-NSEC3-SHA1": 6,
  "RSASHA1-NSEC3-SHA1": 7,
  RSASHA256: 8,
  RSASHA512: 10,
  "ECC-GOST": 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
} as const;

/** Written by its mnemonic, as in CERT (RFC 4398 §2.2). */
export const algorithmMnemonic: Field<number> = mnemonic(u8, algorithms);

/** Written as a number, as in the types of DNSSEC; a mnemonic is understood (RFC 4034 §2.2). */
export const algorithmNumber: Field<number> = { ...algorithmMnemonic, format: String };
