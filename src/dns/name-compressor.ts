import type { Name } from "./name.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Offsets of pointers have 14 bits. */
const MAX_POINTER = 0x3fff;
/** A pointer to the first octet behind the header, where the question's name is. */
const QUESTION_OFFSET = 12;

/**
 * Writes names with compression (RFC 1035 §4.1.4). Suffixes are compared octet by octet, so the
 * case of each name survives. Most replies name only the question and what they named last, and
 * those two are compared before the map of suffixes is touched, and of the question no suffix is ever cut out. Nor is it for names that are written
 * whole, as SRV targets are: where they lie is noted, and looked at when a name comes that may end
 * like one of them.
 */
export class NameCompressor {
  readonly #offsets = new Map<string, number>();
  #question = "";
  #recent = "";
  #recentOffset = 0;
  /** Of names that others wrote whole: where in the writer's buffer, how many in a row. */
  readonly #whole: number[] = [];

  /** Forgets the last message. `question` is the wire form of the name at offset 12, if any. */
  reset(question: string): void {
    if (this.#offsets.size > 0) this.#offsets.clear();
    this.#question = question;
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
    if (this.#whole.length > 0) this.#mapWhole(writer.bytes, messageStart);
    const found = this.#writeLabels(writer, wire, offset);
    if (found <= MAX_POINTER) {
      this.#recent = wire;
      this.#recentOffset = found;
    }
  }

  /** @returns where the name is now */
  #writeLabels(writer: WireWriter, wire: string, offset: number): number {
    const question = this.#question;
    let inQuestion = 0;
    for (let at = 0; wire.charCodeAt(at) !== 0; at += wire.charCodeAt(at) + 1) {
      const from = question.length - wire.length + at;
      while (inQuestion < from) inQuestion += question.charCodeAt(inQuestion) + 1;
      const known =
        inQuestion === from && endsAlike(wire, at, question, from)
          ? QUESTION_OFFSET + from
          : this.#offsetOf(wire, at, offset);
      if (known === undefined) continue;
      if (at > 0) writer.latin1(wire.slice(0, at));
      writer.u16(0xc000 | known);
      return at === 0 ? known : offset;
    }
    writer.latin1(wire);
    return offset;
  }

  /** Where the end of a name that begins at `at` has been written; if nowhere, it is going to be. */
  #offsetOf(wire: string, at: number, offset: number): number | undefined {
    const suffix = at === 0 ? wire : wire.slice(at);
    const known = this.#offsets.get(suffix);
    if (known === undefined && offset + at <= MAX_POINTER) this.#offsets.set(suffix, offset + at);
    return known;
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
}

/** Whether a name from `at` on is what another one is from `otherAt` on, which is as long. */
function endsAlike(wire: string, at: number, other: string, otherAt: number): boolean {
  for (let i = at, j = otherAt; i < wire.length; i++, j++)
    if (wire.charCodeAt(i) !== other.charCodeAt(j)) return false;
  return true;
}
