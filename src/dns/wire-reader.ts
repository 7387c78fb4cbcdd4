import { MAX_NAME_OCTETS, Name, lowerCaseWire } from "./name.ts";

/** Behind the header. */
const QUESTION_OFFSET = 12;

/**
 * Reads a message from its octets. Never throws: a read past the end or a malformed name sets
 * `failed`, which stays set, and yields zero or an empty value; callers check it once at the end.
 */
export class WireReader {
  readonly bytes: Buffer;
  /** Position of the next octet to read. */
  offset: number;
  /** Reads stop here; pointers of names may go anywhere before it. */
  end: number;
  failed = false;
  /** The name that pointers to the question stand for; undefined if it has to be read. */
  #question: Name | undefined;

  constructor(bytes: Buffer, offset = 0, end: number = bytes.length) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  u8(): number {
    return this.#take(1) ? (this.bytes[this.offset++] as number) : 0;
  }

  u16(): number {
    if (!this.#take(2)) return 0;
    const value = this.bytes.readUInt16BE(this.offset);
    this.offset += 2;
    return value;
  }

  u32(): number {
    if (!this.#take(4)) return 0;
    const value = this.bytes.readUInt32BE(this.offset);
    this.offset += 4;
    return value;
  }

  u48(): number {
    if (!this.#take(6)) return 0;
    const value = this.bytes.readUIntBE(this.offset, 6);
    this.offset += 6;
    return value;
  }

  /** A view, not a copy: it lives as long as the message's buffer does. */
  octets(length: number): Buffer {
    if (!this.#take(length)) return this.bytes.subarray(0, 0);
    this.offset += length;
    return this.bytes.subarray(this.offset - length, this.offset);
  }

  /** All octets up to `end`. */
  rest(): Buffer {
    return this.octets(this.remaining);
  }

  /** Moves over a question that is known: name, type and class. */
  skipQuestion(qname: Name): void {
    this.offset += qname.wire.length + 4;
    this.#question = qname;
  }

  /** A name, compressed or not (RFC 1035 §4.1.4); the root if it is malformed. */
  name(): Name {
    const start = this.offset;
    let at = start;
    let hasUpper = false;
    // The usual case: labels up to the root, no pointer. One native copy makes the string.
    while (at < this.end) {
      const length = this.bytes[at] as number;
      if (length === 0) {
        if (at + 1 - start > MAX_NAME_OCTETS) return this.#fail();
        this.offset = at + 1;
        const wire = this.bytes.toString("latin1", start, at + 1);
        return Name.fromWire(wire, hasUpper ? lowerCaseWire(wire) : wire);
      }
      if (length > 63) return this.#compressedName(start);
      for (let i = at + 1, stop = at + length; i <= stop; i++) {
        const octet = this.bytes[i] as number;
        if (octet >= 0x41 && octet <= 0x5a) hasUpper = true;
      }
      at += length + 1;
    }
    return this.#fail();
  }

  /**
   * Follows pointers:
   *
   *     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
   *     | 1  1|                OFFSET                   |
   *     +--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+--+
   *
   * A pointer must go to a prior occurrence (RFC 1035 §4.1.4), that is, before the run of
   * labels it ends; so each jump goes backwards and a loop cannot be.
   */
  #compressedName(start: number): Name {
    if (this.#question && this.#isQuestionPointer(start)) {
      this.offset = start + 2;
      return this.#question;
    }
    let wire = "";
    let at = start;
    let run = start;
    let resume = -1;
    while (at < this.end) {
      const length = this.bytes[at] as number;
      if (length === 0) {
        this.offset = resume === -1 ? at + 1 : resume;
        return Name.fromWire(`${wire}\0`);
      }
      if (length >= 0xc0) {
        if (at + 1 >= this.end) return this.#fail();
        const target = ((length & 0x3f) << 8) | (this.bytes[at + 1] as number);
        if (resume === -1) resume = at + 2;
        if (target >= run || target < 12) return this.#fail();
        at = run = target;
        continue;
      }
      if (length > 63 || at + 1 + length > this.end) return this.#fail();
      wire += this.bytes.toString("latin1", at, at + 1 + length);
      if (wire.length >= MAX_NAME_OCTETS) return this.#fail();
      at += length + 1;
    }
    return this.#fail();
  }

  #isQuestionPointer(at: number): boolean {
    return this.bytes[at] === 0xc0 && this.bytes[at + 1] === QUESTION_OFFSET && at + 2 <= this.end;
  }

  #take(length: number): boolean {
    if (length >= 0 && this.offset + length <= this.end) return true;
    this.failed = true;
    this.offset = this.end;
    return false;
  }

  #fail(): Name {
    this.failed = true;
    this.offset = this.end;
    return Name.root;
  }
}
