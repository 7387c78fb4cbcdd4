import { createHmac } from "node:crypto";
import { Name } from "../name.ts";

/** How a MAC is made (RFC 8945 §6). */
export interface TsigAlgorithm {
  /** As in the record's algorithm field. */
  readonly name: Name;
  /** Node's name of the hash function. */
  readonly hash: string;
  /** Of a MAC that is not truncated. */
  readonly macOctets: number;
}

/** An algorithm as people configure it: possibly with shorter MACs than it makes. */
export interface ConfiguredAlgorithm {
  readonly algorithm: TsigAlgorithm;
  /** Of the MACs that are sent, and the least that is taken. */
  readonly macOctets: number;
}

const MD5 = "hmac-md5.sig-alg.reg.int.";

/** Name, hash and octets of the MAC; the last three are truncated, and registered as algorithms of their own. */
const REGISTERED: readonly (readonly [string, string, number])[] = [
  [MD5, "md5", 16],
  ["hmac-sha1.", "sha1", 20],
  ["hmac-sha224.", "sha224", 28],
  ["hmac-sha256.", "sha256", 32],
  ["hmac-sha384.", "sha384", 48],
  ["hmac-sha512.", "sha512", 64],
  ["hmac-sha256-128.", "sha256", 16],
  ["hmac-sha384-192.", "sha384", 24],
  ["hmac-sha512-256.", "sha512", 32],
];

const algorithms: ReadonlyMap<string, TsigAlgorithm> = new Map(
  REGISTERED.filter(([, hash]) => isUsable(hash)).map(([text, hash, macOctets]) => {
    const name = Name.parse(text);
    return [name.key, { name, hash, macOctets }];
  }),
);

/** The algorithm of a record; undefined if it is not known, or OpenSSL is not allowed to have it. */
export function findTsigAlgorithm(name: Name): TsigAlgorithm | undefined {
  return algorithms.get(name.key);
}

/**
 * The algorithm that a word of a configuration stands for: `hmac-sha256`, or as BIND has it with the bits of its MAC,
 * `hmac-sha256-128`, of which the record says `hmac-sha256` all the same.
 */
export function parseTsigAlgorithm(word: string): ConfiguredAlgorithm | undefined {
  const [, base = "", bits] = /^(hmac-[a-z0-9]+)(?:-(\d{1,3}))?\.?$/i.exec(word) ?? [];
  const isMd5 = base.toLowerCase() === "hmac-md5" || word.replace(/\.?$/, ".") === MD5;
  const algorithm = findTsigAlgorithm(Name.tryParse(isMd5 ? MD5 : base) ?? Name.root);
  if (!algorithm) return undefined;
  if (bits === undefined) return { algorithm, macOctets: algorithm.macOctets };
  const macOctets = Number(bits) / 8;
  const isAllowed = Number.isInteger(macOctets) && macOctets <= algorithm.macOctets;
  return isAllowed && macOctets >= leastMacOctets(algorithm) ? { algorithm, macOctets } : undefined;
}

/** Words for messages: what a configuration may say. */
export function tsigAlgorithmWords(): string[] {
  return [...algorithms.values()]
    .map(({ name }) => name.toString())
    .filter((text) => !/-\d+\.$/.test(text))
    .map((text) => (text === MD5 ? "hmac-md5" : text.slice(0, -1)));
}

/** The shortest MAC that is no malformed one (RFC 8945 §5.2.2.1). */
export function leastMacOctets({ macOctets }: TsigAlgorithm): number {
  return Math.max(10, Math.ceil(macOctets / 2));
}

/** In FIPS mode there is no MD5. */
function isUsable(hash: string): boolean {
  try {
    createHmac(hash, Buffer.alloc(64));
    return true;
  } catch {
    return false;
  }
}
