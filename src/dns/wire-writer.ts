import type { Name } from "./name.ts";

/** Largest message there can be: lengths on TCP have 16 bits (RFC 1035 §4.2.2). */
export const MAX_MESSAGE_OCTETS = 65_535;

/**
 * Writes octets into a buffer of fixed size. Never throws: a write that does not fit sets
 * `overflowed` and is left out. Names are written whole here; the composer compresses.
 */
export class WireWriter {
  readonly bytes: Buffer;
  offset = 0;
  overflowed = false;

  constructor(bytes: Buffer = Buffer.alloc(MAX_MESSAGE_OCTETS)) {
    this.bytes = bytes;
  }

  u8(value: number): void {
    if (this.#take(1)) this.bytes[this.offset++] = value;
  }

  u16(value: number): void {
    if (!this.#take(2)) return;
    this.bytes[this.offset++] = value >>> 8;
    this.bytes[this.offset++] = value;
  }

  u32(value: number): void {
    if (!this.#take(4)) return;
    this.bytes[this.offset++] = value >>> 24;
    this.bytes[this.offset++] = value >>> 16;
    this.bytes[this.offset++] = value >>> 8;
    this.bytes[this.offset++] = value;
  }

  u48(value: number): void {
    this.u16(Math.floor(value / 0x1_0000_0000));
    this.u32(value % 0x1_0000_0000);
  }

  octets(octets: Uint8Array): void {
    if (!this.#take(octets.length)) return;
    this.bytes.set(octets, this.offset);
    this.offset += octets.length;
  }

  /** Octets given as a string with one character each. */
  latin1(text: string): void {
    if (!this.#take(text.length)) return;
    for (let i = 0; i < text.length; i++) this.bytes[this.offset++] = text.charCodeAt(i);
  }

  /** A name, not compressed. */
  name(name: Name): void {
    this.latin1(name.wire);
  }

  /** What has been written, as a copy of its own. */
  copy(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.offset));
  }

  #take(length: number): boolean {
    if (this.offset + length <= this.bytes.length) return true;
    this.overflowed = true;
    return false;
  }
}
