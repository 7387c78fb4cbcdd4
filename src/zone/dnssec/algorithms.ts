/** How keys of a DNSSEC algorithm look to `node:crypto`, and what they sign. */
export interface KeyAlgorithm {
  readonly mnemonic: string;
  readonly kind: KeyKind;
  /** Of `node:crypto`; null where the algorithm has its own (RFC 8080 §3). */
  readonly digest: string | null;
  /** Whether new signatures may be made; else they are only checked. */
  readonly maySign: boolean;
  /** Whether a signature is made in well under 0.1 ms. Then it costs less than to have another thread make it. */
  readonly isQuick?: boolean;
}

/** `octets` is the length of a private key, and of each coordinate of a public one. */
export type KeyKind =
  | { readonly type: "RSA" }
  | { readonly type: "EC"; readonly curve: "P-256" | "P-384"; readonly octets: number }
  | { readonly type: "OKP"; readonly curve: "Ed25519" | "Ed448"; readonly octets: number };

const RSA: KeyKind = { type: "RSA" };

/** Those that are fit for use (RFC 8624 §3.1), by their number. */
const ALGORITHMS: Readonly<Record<number, KeyAlgorithm>> = {
  // SHA-1 is for old signatures only (RFC 9905 §2).
  5: { mnemonic: "RSASHA1", kind: RSA, digest: "sha1", maySign: false },
  7: { mnemonic: "RSASHA1-NSEC3-SHA1", kind: RSA, digest: "sha1", maySign: false },
  8: { mnemonic: "RSASHA256", kind: RSA, digest: "sha256", maySign: true },
  10: { mnemonic: "RSASHA512", kind: RSA, digest: "sha512", maySign: true },
  13: {
    mnemonic: "ECDSAP256SHA256",
    kind: { type: "EC", curve: "P-256", octets: 32 },
    digest: "sha256",
    maySign: true,
    isQuick: true,
  },
  14: {
    mnemonic: "ECDSAP384SHA384",
    kind: { type: "EC", curve: "P-384", octets: 48 },
    digest: "sha384",
    maySign: true,
  },
  15: {
    mnemonic: "ED25519",
    kind: { type: "OKP", curve: "Ed25519", octets: 32 },
    digest: null,
    maySign: true,
    isQuick: true,
  },
  16: {
    mnemonic: "ED448",
    kind: { type: "OKP", curve: "Ed448", octets: 57 },
    digest: null,
    maySign: true,
  },
};

/** Undefined for those that no key should have. */
export function keyAlgorithm(number: number): KeyAlgorithm | undefined {
  return ALGORITHMS[number];
}
