import { SEED_AT, Slot } from "./layout.ts";

/** Words that the longest name takes. */
const NAME_WORDS = 64;

/**
 * A question as the table compares it: its name in lower case as words, the rest as numbers. It
 * is read from a packet, and compared in full with what a slot has; the hash only finds the slot.
 */
export class QuestionKey {
  readonly #name = new Int32Array(NAME_WORDS);
  #words = 0;
  /** Of the last word, the bits that belong to the name. */
  #lastMask = 0;
  /** Shape and length of the name, as in a slot. */
  #key = 0;
  /** qtype and qclass, as in a slot. */
  #question = 0;
  #generation = 0;
  /** Of clients; 0 for all. */
  #group = 0;
  hash = 0;
  /** Whether the name has capitals in the packet. */
  hasCapitals = false;

  /**
   * Reads a question whose name is known to be well-formed.
   * @param at where the name begins; type and class come right behind it
   */
  read(packet: Uint8Array, at: number, nameOctets: number, shape: number): void {
    const words = (nameOctets + 3) >> 2;
    const name = this.#name;
    const lastMask = -1 >>> ((words * 4 - nameOctets) * 8);
    let capitals = 0;
    for (let i = 0, from = at; i < words; i++, from += 4) {
      // What is behind the name in the last word is no part of it.
      const word = wordAt(packet, from) & (i === words - 1 ? lastMask : -1);
      const found = capitalsIn(word);
      capitals |= found;
      name[i] = word | (found >>> 2);
    }
    this.hasCapitals = capitals !== 0;
    this.#words = words;
    this.#lastMask = lastMask;
    this.#key = (shape << 16) | nameOctets;
    this.#question = questionWord(packet, at + nameOctets);
  }

  /** Completes the key: what is asked for, where, and by which group of clients, if not 0. Sets the hash. */
  locate(words: Int32Array, generation: number, group: number): void {
    this.#generation = generation;
    this.#group = group;
    const name = this.#name;
    let hash = (words[SEED_AT] as number) ^ this.#question;
    for (let i = 0; i < this.#words; i++) {
      hash = Math.imul(hash ^ (name[i] as number), 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash ^ this.#key, 0x85ebca6b);
    hash ^= hash >>> 13;
    hash = Math.imul(hash ^ generation ^ Math.imul(group, 0x9e3779b1), 0xc2b2ae35);
    this.hash = hash ^ (hash >>> 16);
  }

  /** Whether the slot that begins at word `at` has the reply to this question. */
  isIn(words: Int32Array, at: number): boolean {
    if (words[at + Slot.hash] !== this.hash) return false;
    if (words[at + Slot.key] !== this.#key) return false;
    if (words[at + Slot.question] !== this.#question) return false;
    if (words[at + Slot.generation] !== this.#generation) return false;
    if (words[at + Slot.group] !== this.#group) return false;
    const name = this.#name;
    const stored = at + NAME_AT;
    const last = this.#words - 1;
    for (let i = 0; i < last; i++) if (words[stored + i] !== name[i]) return false;
    return ((words[stored + last] as number) & this.#lastMask) === name[last];
  }

  /** Writes all of the key but the name, which is in the reply. */
  writeTo(words: Int32Array, at: number): void {
    words[at + Slot.hash] = this.hash;
    words[at + Slot.generation] = this.#generation;
    words[at + Slot.group] = this.#group;
    words[at + Slot.key] = this.#key;
    words[at + Slot.question] = this.#question;
  }

  /** Writes the name in lower case into the reply of a slot; the octets behind it stay. */
  writeName(words: Int32Array, at: number): void {
    const stored = at + NAME_AT;
    const last = this.#words - 1;
    for (let i = 0; i < last; i++) words[stored + i] = this.#name[i] as number;
    const behind = (words[stored + last] as number) & ~this.#lastMask;
    words[stored + last] = behind | (this.#name[last] as number);
  }
}

/** Where the question's name is in a slot: behind the reply's header of three words. */
const NAME_AT = Slot.reply + 3;

function questionWord(packet: Uint8Array, at: number): number {
  const type = ((packet[at] as number) << 8) | (packet[at + 1] as number);
  return (type << 16) | ((packet[at + 2] as number) << 8) | (packet[at + 3] as number);
}

/** Four octets as the machine reads them. */
export function wordAt(packet: Uint8Array, at: number): number {
  return (
    (packet[at] as number) |
    ((packet[at + 1] as number) << 8) |
    ((packet[at + 2] as number) << 16) |
    ((packet[at + 3] as number) << 24)
  );
}

/**
 * The highest bit of each octet of a word that is a capital: it is at least "A" (0x41 + 0x3f =
 * 0x80), but not above "Z" (0x5a + 0x25 = 0x7f), and below 0x80. Two bits lower is what makes it a
 * small letter. Lengths of labels are below "A".
 */
function capitalsIn(word: number): number {
  const low = word & 0x7f7f7f7f;
  return ~word & 0x80808080 & ((low + 0x3f3f3f3f) ^ (low + 0x25252525));
}
