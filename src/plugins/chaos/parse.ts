import { noBody } from "../../corefile/arguments.ts";
import type { Directive } from "../../corefile/directive.ts";

export interface ChaosOptions {
  /** What is said of the version; undefined for what it is. */
  readonly version: string | undefined;
  /** Undefined if none are named. */
  readonly authors: readonly string[] | undefined;
}

/** Reads `chaos [VERSION] [AUTHORS...]`. */
export function parseChaos(directive: Directive): ChaosOptions {
  noBody(directive);
  const [version, ...authors] = directive.args.map((token) => {
    const octets = Buffer.byteLength(token.text);
    if (octets <= MAX_OCTETS) return token.text;
    const most = `a string of a TXT record has at most ${MAX_OCTETS}`;
    throw directive.error(`cannot answer with a text of ${octets} octets: ${most}`, token);
  });
  return { version, authors: authors.length === 0 ? undefined : [...new Set(authors)].toSorted() };
}

/** Of a character string (RFC 1035 §3.3). */
const MAX_OCTETS = 255;
