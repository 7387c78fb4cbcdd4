import type { Name } from "./name.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Offsets of pointers have 14 bits. */
const MAX_POINTER = 0x3fff;
/** A pointer to the first octet behind the header, where the question's name is. */
const QUESTION_OFFSET = 12;

/**
 * Writes names with compression (RFC 1035 §4.1.4). Suffixes are compared octet by octet, so the
 * case of each name survives. Most replies name only the question and what they named last, and
 * those two are compared before the map of suffixes is touched. Nor is it for names that are written
 * whole, as SRV targets are: where they lie is noted, and looked at when a name comes that may end
 * like one of them.
 */
export class NameCompressor {
  readonly #offsets = new Map<string, number>();
  #question = "";
  #questionIsMapped = false;
  #recent = "";
  #recentOffset = 0;
  /** Of names that others wrote whole: where in the writer's buffer, how many in a row. */
  readonly #whole: number[] = [];

  /** Forgets the last message. `question` is the wire form of the name at offset 12, if any. */
  reset(question: string): void {
    if (this.#offsets.size > 0) this.#offsets.clear();
    this.#question = question;
    this.#questionIsMapped = false;
    this.#recent = "";
    if (this.#whole.length > 0) this.#whole.length = 0;
  }

  /** Says that `count` names in a row are about to be written whole at this offset of the buffer. */
  noteWhole(offset: number, count: number): void {
    this.#whole.push(offset, count);
  }

  /** Writes a name of the message that begins at `messageStart` in the writer's buffer. */
  write(writer: WireWriter, name: Name, messageStart: number): void {
    const wire = name.wire;
    if (wire.length === 1) return writer.u8(0);
    if (wire === this.#question) return writer.u16(0xc000 | QUESTION_OFFSET);
    if (wire === this.#recent) return writer.u16(0xc000 | this.#recentOffset);
    const offset = writer.offset - messageStart;
    this.#mapQuestion();
    if (this.#whole.length > 0) this.#mapWhole(writer.bytes, messageStart);
    this.#writeLabels(writer, wire, offset);
    if (offset <= MAX_POINTER) {
      this.#recent = wire;
      this.#recentOffset = this.#offsets.get(wire) ?? offset;
    }
  }

  #writeLabels(writer: WireWriter, wire: string, offset: number): void {
    let at = 0;
    while (wire.charCodeAt(at) !== 0) {
      const suffix = at === 0 ? wire : wire.slice(at);
      const known = this.#offsets.get(suffix);
      if (known !== undefined) {
        writer.latin1(at === 0 ? "" : wire.slice(0, at));
        return writer.u16(0xc000 | known);
      }
      if (offset + at <= MAX_POINTER) this.#offsets.set(suffix, offset + at);
      at += wire.charCodeAt(at) + 1;
    }
    writer.latin1(wire);
  }

  #mapWhole(bytes: Buffer, messageStart: number): void {
    const whole = this.#whole;
    for (let i = 0; i < whole.length; i += 2) {
      let at = whole[i] as number;
      for (let count = whole[i + 1] as number; count > 0; count--) {
        at = this.#mapName(bytes, at, messageStart);
      }
    }
    whole.length = 0;
  }

  /** @returns the offset behind the name */
  #mapName(bytes: Buffer, start: number, messageStart: number): number {
    let end = start;
    while (bytes[end] !== 0) end += 1 + (bytes[end] as number);
    const wire = bytes.toString("latin1", start, end + 1);
    for (let at = 0; at < wire.length - 1; at += wire.charCodeAt(at) + 1) {
      const suffix = wire.slice(at);
      const offset = start - messageStart + at;
      if (offset > MAX_POINTER || this.#offsets.has(suffix)) break;
      this.#offsets.set(suffix, offset);
    }
    return end + 1;
  }

  #mapQuestion(): void {
    if (this.#questionIsMapped) return;
    this.#questionIsMapped = true;
    const wire = this.#question;
    for (let at = 0; at < wire.length - 1; at += wire.charCodeAt(at) + 1) {
      this.#offsets.set(wire.slice(at), QUESTION_OFFSET + at);
    }
  }
}
