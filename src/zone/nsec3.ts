import { createHash } from "node:crypto";
import { RrType } from "../dns/iana/rr-type.ts";
import { Name } from "../dns/name.ts";
import { encodeBase32Hex } from "../dns/rdata/base32hex.ts";
import { NSEC3PARAM } from "../dns/rdata/nsec3.ts";
import type { ResourceRecord } from "../dns/resource-record.ts";
import type { ZoneData } from "./zone-data.ts";

/** How the names of a zone are hashed (RFC 5155 §3.1). */
export interface Nsec3Parameters {
  readonly iterations: number;
  readonly salt: Buffer;
}

const SHA1 = 1;
/** RFC 9276 §3.1 asks for 0; more than this would let questions cost what they like. */
export const MAX_ITERATIONS = 500;

/** Of the NSEC3PARAM records of an apex, which are the same ones as long as it has not changed. */
const decoded = new WeakMap<readonly ResourceRecord[], Nsec3Parameters | undefined>();

/** Undefined if the zone has none, or such as we do not reckon with. */
export function nsec3ParametersOf(data: ZoneData): Nsec3Parameters | undefined {
  const records = data.apexRecords(RrType.NSEC3PARAM);
  if (!decoded.has(records)) decoded.set(records, decode(records));
  return decoded.get(records);
}

function decode(records: readonly ResourceRecord[]): Nsec3Parameters | undefined {
  for (const { rdata } of records) {
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
  // In lower case, as all owners of the zone are kept.
  const label = encodeBase32Hex(digest).toLowerCase();
  const prefix = String.fromCharCode(label.length) + label;
  return Name.fromWire(prefix + origin.wire, prefix + origin.key);
}
