import type { Name } from "../name.ts";
import type { ConfiguredAlgorithm, TsigAlgorithm } from "./tsig-algorithm.ts";
import { findTsigAlgorithm, parseTsigAlgorithm } from "./tsig-algorithm.ts";

/** A secret that two parties share. */
export interface TsigKey {
  readonly name: Name;
  readonly secret: Buffer;
  /** Undefined for any: the one that the other party uses. */
  readonly configured: ConfiguredAlgorithm | undefined;
}

/** An algorithm as two parties use it: MACs have at least so many octets. */
export type AgreedAlgorithm = ConfiguredAlgorithm;

/** What a key signs with, if nobody has signed before (RFC 8945 §6 demands that all have it). */
export function ownAlgorithm({ configured }: TsigKey): AgreedAlgorithm {
  const agreed = configured ?? parseTsigAlgorithm("hmac-sha256");
  if (agreed) return agreed;
  throw new Error("Cannot sign with TSIG: no SHA-256");
}

/** What is used with somebody who signs with this algorithm; undefined if it is not the key's, or not known. */
export function agreedAlgorithm(key: TsigKey, name: Name): AgreedAlgorithm | undefined {
  const algorithm = findTsigAlgorithm(name);
  if (!algorithm) return undefined;
  const { configured } = key;
  if (!configured) return { algorithm, macOctets: algorithm.macOctets };
  if (algorithm === configured.algorithm) return configured;
  // hmac-sha256-128, where the MAC of hmac-sha256 may be that short.
  return isShorter(algorithm, configured)
    ? { algorithm, macOctets: algorithm.macOctets }
    : undefined;
}

function isShorter(
  algorithm: TsigAlgorithm,
  { algorithm: own, macOctets }: ConfiguredAlgorithm,
): boolean {
  return algorithm.hash === own.hash && macOctets <= algorithm.macOctets;
}
