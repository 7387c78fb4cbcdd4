import { createHash } from "node:crypto";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { NSEC3PARAM } from "../dns/rdata/nsec3.ts";
import type { ZoneData } from "./zone-data.ts";

/** How the names of a zone are hashed (RFC 5155 §3.1). */
export interface Nsec3Parameters {
  readonly iterations: number;
  readonly salt: Buffer;
}

const SHA1 = 1;
/** RFC 9276 §3.1 asks for 0; more than this would let questions cost what they like. */
export const MAX_ITERATIONS = 500;

/** Undefined if the zone has none, or such as we do not reckon with. */
export function nsec3ParametersOf(data: ZoneData): Nsec3Parameters | undefined {
  for (const rdata of data.apex.rrset(RrType.NSEC3PARAM)?.rdata ?? []) {
    const parameters = NSEC3PARAM.decode(rdata);
    if (!parameters || parameters.hashAlgorithm !== SHA1 || parameters.flags !== 0) continue;
    const { iterations, salt } = parameters;
    if (iterations <= MAX_ITERATIONS) return { iterations, salt: Buffer.from(salt) };
  }
  return undefined;
}

/** The owner that the NSEC3 record of a name has in a zone (RFC 5155 §5). */
export function hashedOwner(name: Name, origin: Name, { iterations, salt }: Nsec3Parameters): Name {
  let digest = Buffer.from(name.key, "latin1");
  for (let i = 0; i <= iterations; i++)
    digest = createHash("sha1").update(digest).update(salt).digest();
  const label = base32Hex(digest);
  const prefix = String.fromCharCode(label.length) + label;
  return Name.fromWire(prefix + origin.wire, prefix + origin.key);
}

const DIGITS = "0123456789abcdefghijklmnopqrstuv";

/** RFC 4648 §7, in lower case, of as many octets as come out even. */
function base32Hex(octets: Buffer): string {
  let text = "";
  let bits = 0;
  let value = 0;
  for (const octet of octets) {
    value = (value << 8) | octet;
    bits += 8;
    for (; bits >= 5; bits -= 5) text += DIGITS.charAt((value >>> (bits - 5)) & 31);
    value &= 0xff;
  }
  return text;
}
