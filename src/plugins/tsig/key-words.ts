import type { ConfiguredAlgorithm } from "../../dns/tsig/tsig-algorithm.ts";
import { parseTsigAlgorithm, tsigAlgorithmWords } from "../../dns/tsig/tsig-algorithm.ts";

/** @returns the octets of a secret in base64, or what is wrong with it, without a word of it */
export function secretOf(base64: string): Buffer | string {
  const octets = Buffer.from(base64, "base64");
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(base64);
  if (!isBase64 || octets.toString("base64") !== base64) return "it is not base64";
  return octets;
}

/** @returns the algorithm, or what is wrong with the word */
export function algorithmOf(word: string): ConfiguredAlgorithm | string {
  const known = tsigAlgorithmWords().join(", ");
  return parseTsigAlgorithm(word) ?? `unknown algorithm "${word}": known are ${known}`;
}
