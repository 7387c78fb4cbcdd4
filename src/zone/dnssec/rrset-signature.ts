import { sign, verify } from "node:crypto";
import { RrType } from "../../dns/iana/rr-type.ts";
import { isWildcardKey, wildcardBelow } from "../../dns/wildcard.ts";
import { Name } from "../../dns/name.ts";
import { DNSKEY } from "../../dns/rdata/dnskey.ts";
import { canonicalRdata } from "../../dns/rdata/canonical-rdata.ts";
import { RRSIG } from "../../dns/rdata/rrsig.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import { keyAlgorithm } from "./algorithms.ts";
import { bareSignature } from "./curve-signature.ts";
import { keyTag, publicKey } from "./public-key.ts";
import type { SigningKey } from "./signing-key.ts";

/** Who signs, and for how long it is to hold good. */
export interface SignatureTerms {
  /** The zone. */
  readonly signer: Name;
  /** Seconds since 1970. */
  readonly inception: number;
  /** The same; later. */
  readonly expiration: number;
}

type Fields = Parameters<typeof RRSIG.encode>[0];

/** As DNSSEC has the signatures of elliptic curves: the two numbers, without ASN.1 (RFC 6605 §4). */
const dsaEncoding = "ieee-p1363";
const NO_OCTETS = Buffer.alloc(0);

/**
 * Signs an RRset (RFC 4034 §3.1.8).
 * @param rrset at least one record; all of one owner, class and type. The TTL of the first is the original one.
 * @returns its RRSIG record
 */
export function signRrset(
  key: SigningKey,
  rrset: readonly ResourceRecord[],
  terms: SignatureTerms,
): ResourceRecord {
  const { fields, digest } = unsigned(key, rrset, terms);
  const signature = sign(digest, signedOctets(fields, rrset), key.privateKey);
  return withSignature(rrset, fields, signature);
}

/** As `signRrset`, in the thread pool: another thread does the arithmetic. */
export function signRrsetAside(
  key: SigningKey,
  rrset: readonly ResourceRecord[],
  terms: SignatureTerms,
): Promise<ResourceRecord> {
  const { fields, digest } = unsigned(key, rrset, terms);
  const octets = signedOctets(fields, rrset);
  return new Promise((resolve, reject) => {
    sign(digest, octets, key.privateKey, (error, signature) => {
      if (error) reject(error);
      else resolve(withSignature(rrset, fields, signature));
    });
  });
}

/**
 * Whether a signature is that of an RRset by a key (RFC 4035 §5.3), and `atSeconds` is within its time.
 * @param dnskey RDATA of the key's DNSKEY record
 * @param signature an RRSIG record
 */
export function verifyRrset(
  dnskey: Buffer,
  rrset: readonly ResourceRecord[],
  signature: ResourceRecord,
  atSeconds: number,
): boolean {
  const fields = RRSIG.decode(signature.rdata);
  const algorithm = DNSKEY.decode(dnskey)?.algorithm;
  const key = publicKey(dnskey);
  const [first] = rrset;
  if (!fields || !key || !first || algorithm === undefined) return false;
  const isMeant =
    fields.algorithm === algorithm &&
    fields.keyTag === keyTag(dnskey) &&
    fields.typeCovered === first.type &&
    signature.owner.equals(first.owner) &&
    first.owner.isWithin(fields.signer) &&
    fields.labels <= labelsOf(first.owner);
  if (!isMeant || atSeconds < fields.inception || atSeconds > fields.expiration) return false;
  const digest = keyAlgorithm(algorithm)?.digest ?? null;
  return verify(digest, signedOctets(fields, rrset), { key, dsaEncoding }, fields.signature);
}

function unsigned(
  key: SigningKey,
  [first]: readonly ResourceRecord[],
  { signer, inception, expiration }: SignatureTerms,
): { readonly fields: Fields; readonly digest: string | null } {
  if (!first) throw new TypeError("Cannot sign RRset: it is empty");
  const { algorithm, tag } = key;
  const fields = {
    typeCovered: first.type,
    algorithm,
    labels: labelsOf(first.owner),
    originalTtlSeconds: first.ttlSeconds,
    expiration,
    inception,
    keyTag: tag,
    signer,
    signature: NO_OCTETS,
  };
  return { fields, digest: keyAlgorithm(algorithm)?.digest ?? null };
}

function withSignature(
  [first]: readonly ResourceRecord[],
  fields: Fields,
  signature: Buffer,
): ResourceRecord {
  if (!first) throw new TypeError("Cannot sign RRset: it is empty");
  const kind = keyAlgorithm(fields.algorithm)?.kind;
  const bare = kind?.type === "EC" ? bareSignature(signature, kind.octets) : signature;
  const rdata = RRSIG.encode({ ...fields, signature: bare });
  return new ResourceRecord(first.owner, RrType.RRSIG, first.class, first.ttlSeconds, rdata);
}

/** The asterisk of a wildcard does not count (RFC 4034 §3.1.3). */
function labelsOf(owner: Name): number {
  return owner.labelCount() - (isWildcardKey(owner.key) ? 1 : 0);
}

/** RDATA of the signature without itself, then the records in canonical form and order (RFC 4034 §3.1.8.1, §6.2 and §6.3). */
function signedOctets(fields: Fields, rrset: readonly ResourceRecord[]): Buffer {
  const [first] = rrset;
  if (!first) return NO_OCTETS;
  const signer = Name.fromWire(fields.signer.key);
  const parts = [RRSIG.encode({ ...fields, signer, signature: NO_OCTETS })];
  const owner = signedOwner(first.owner, fields.labels);
  // The owner, and type, class, TTL and length of RDATA.
  const head = Buffer.alloc(owner.length + 10);
  head.write(owner, "latin1");
  head.writeUInt16BE(first.type, owner.length);
  head.writeUInt16BE(first.class, owner.length + 2);
  head.writeUInt32BE(fields.originalTtlSeconds, owner.length + 4);
  for (const rdata of inCanonicalOrder(rrset)) {
    head.writeUInt16BE(rdata.length, owner.length + 8);
    parts.push(Buffer.from(head), rdata);
  }
  return Buffer.concat(parts);
}

/** What was made of a wildcard is signed as the wildcard (RFC 4035 §5.3.2). */
function signedOwner({ key }: Name, labels: number): string {
  let excess = Name.fromWire(key, key).labelCount() - labels;
  if (excess === 0 || isWildcardKey(key)) return key;
  let at = 0;
  for (; excess > 0; excess--) at += key.charCodeAt(at) + 1;
  return wildcardBelow(Name.fromWire(key.slice(at))).key;
}

function inCanonicalOrder(rrset: readonly ResourceRecord[]): Buffer[] {
  const all = rrset.map(({ type, rdata }) => canonicalRdata(type, rdata));
  if (all.length === 1) return all;
  all.sort((one, other) => Buffer.compare(one, other));
  // A record that is there twice is one.
  return all.filter((rdata, i) => i === 0 || !rdata.equals(all[i - 1] ?? NO_OCTETS));
}
