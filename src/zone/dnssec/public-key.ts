import type { JsonWebKey, KeyObject } from "node:crypto";
import { createHash, createPublicKey } from "node:crypto";
import type { Name } from "../../dns/name.ts";
import { DNSKEY } from "../../dns/rdata/dnskey.ts";
import { DS } from "../../dns/rdata/ds.ts";
import { keyAlgorithm } from "./algorithms.ts";

/** RFC 4034 §2.1.1. */
export const KeyFlag = { ZONE: 0x0100, REVOKED: 0x0080, SEP: 0x0001 } as const;

/** What a key is known by (RFC 4034 appendix B). @param rdata of its DNSKEY record */
export function keyTag(rdata: Buffer): number {
  let sum = 0;
  rdata.forEach((octet, i) => (sum += i % 2 === 0 ? octet << 8 : octet));
  return (sum + (sum >>> 16)) & 0xffff;
}

const DIGESTS: Readonly<Record<number, string>> = { 1: "sha1", 2: "sha256", 4: "sha384" };

/**
 * RDATA of the DS record of a key (RFC 4034 §5.1.4).
 * @param rdata of its DNSKEY record
 * @param digestType SHA-256 is 2, SHA-384 is 4
 * @throws {RangeError} if there is no such digest, or no such key
 */
export function delegationSigner(owner: Name, rdata: Buffer, digestType = 2): Buffer {
  const algorithm = DNSKEY.decode(rdata)?.algorithm;
  const name = DIGESTS[digestType];
  if (algorithm === undefined || name === undefined)
    throw new RangeError(`Cannot make DS record: no digest of type ${digestType} of such a key`);
  const digest = createHash(name).update(owner.key, "latin1").update(rdata).digest();
  return DS.encode({ keyTag: keyTag(rdata), algorithm, digestType, digest });
}

/** @param rdata of a DNSKEY record @returns undefined if it is none, or of an algorithm that nobody should use */
export function publicKey(rdata: Buffer): KeyObject | undefined {
  const key = publicJwk(rdata);
  if (!key) return undefined;
  try {
    return createPublicKey({ key, format: "jwk" });
  } catch {
    // Octets that are no point of the curve.
    return undefined;
  }
}

/** As `publicKey`, for those who add the private half. */
export function publicJwk(rdata: Buffer): JsonWebKey | undefined {
  const dnskey = DNSKEY.decode(rdata);
  const kind = dnskey && keyAlgorithm(dnskey.algorithm)?.kind;
  if (!kind) return undefined;
  const octets = dnskey.publicKey;
  if (kind.type === "RSA") return rsaJwk(octets);
  const { type, curve, octets: length } = kind;
  if (type === "OKP")
    return octets.length === length ? { kty: type, crv: curve, x: base64Url(octets) } : undefined;
  if (octets.length !== 2 * length) return undefined;
  const [x, y] = [octets.subarray(0, length), octets.subarray(length)];
  return { kty: type, crv: curve, x: base64Url(x), y: base64Url(y) };
}

/** The exponent behind its length, and the modulus (RFC 3110 §2). */
function rsaJwk(octets: Buffer): JsonWebKey | undefined {
  const isShort = octets[0] !== 0;
  if (octets.length < 3) return undefined;
  const start = isShort ? 1 : 3;
  const end = start + (isShort ? octets.readUInt8(0) : octets.readUInt16BE(1));
  if (end === start || end >= octets.length) return undefined;
  return {
    kty: "RSA",
    e: base64Url(octets.subarray(start, end)),
    n: base64Url(octets.subarray(end)),
  };
}

/** As JSON Web Keys have their octets (RFC 7517). */
export function base64Url(octets: Buffer): string {
  return octets.toString("base64url");
}
