/** A power of two. */
const SLOTS = 8192;
const MAX_LENGTH = 64;
const FIRST_NON_ASCII = 0x80;

/**
 * Strings that come again and again (names of namespaces, nodes, zones, ports), each kept once: a
 * table where a text has one place, and takes it from whichever was there. Bounded, so what does
 * not repeat costs nothing but its turn. A hit takes 20 ns, a new string from a buffer 50.
 */
export class TextPool {
  readonly #slots: string[] = Array.from({ length: SLOTS }, () => "");

  /** The text of UTF-8 octets. */
  fromOctets(octets: Buffer, start: number, end: number): string {
    if (end - start > MAX_LENGTH) return octets.toString("utf8", start, end);
    let hash = 0;
    for (let at = start; at < end; at++) {
      const octet = octets[at] as number;
      if (octet >= FIRST_NON_ASCII) return octets.toString("utf8", start, end);
      hash = Math.imul(hash, 31) + octet;
    }
    const slot = slotOf(hash);
    const known = this.#slots[slot] as string;
    if (isText(known, octets, start, end)) return known;
    const text = octets.toString("latin1", start, end);
    this.#slots[slot] = text;
    return text;
  }

  /** A text that equals the given one. */
  share(text: string): string {
    if (text.length > MAX_LENGTH) return text;
    let hash = 0;
    for (let at = 0; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code >= FIRST_NON_ASCII) return text;
      hash = Math.imul(hash, 31) + code;
    }
    const slot = slotOf(hash);
    const known = this.#slots[slot] as string;
    if (known === text) return known;
    this.#slots[slot] = text;
    return text;
  }
}

function slotOf(hash: number): number {
  return (hash ^ (hash >>> 13)) & (SLOTS - 1);
}

function isText(text: string, octets: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== octets[start + at]) return false;
  }
  return true;
}

/** Watches and lists of all kinds share it: they name the same namespaces. */
export const textPool = new TextPool();
