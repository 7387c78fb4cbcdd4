import type { Name } from "./name.ts";
import type { WireWriter } from "./wire-writer.ts";

/** Offsets of pointers have 14 bits. */
const MAX_POINTER = 0x3fff;
/** A pointer to the first octet behind the header, where the question's name is. */
const QUESTION_OFFSET = 12;

/**
 * Writes names with compression (RFC 1035 §4.1.4). Suffixes are compared octet by octet, so the
 * case of each name survives. Most replies name only the question and what they named last, and
 * those two are compared before the map of suffixes is touched.
 */
export class NameCompressor {
  readonly #offsets = new Map<string, number>();
  #question = "";
  #questionIsMapped = false;
  #recent = "";
  #recentOffset = 0;

  /** Forgets the last message. `question` is the wire form of the name at offset 12, if any. */
  reset(question: string): void {
    if (this.#offsets.size > 0) this.#offsets.clear();
    this.#question = question;
    this.#questionIsMapped = false;
    this.#recent = "";
  }

  /** Writes a name of the message that begins at `messageStart` in the writer's buffer. */
  write(writer: WireWriter, name: Name, messageStart: number): void {
    const wire = name.wire;
    if (wire.length === 1) return writer.u8(0);
    if (wire === this.#question) return writer.u16(0xc000 | QUESTION_OFFSET);
    if (wire === this.#recent) return writer.u16(0xc000 | this.#recentOffset);
    const offset = writer.offset - messageStart;
    this.#mapQuestion();
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

  #mapQuestion(): void {
    if (this.#questionIsMapped) return;
    this.#questionIsMapped = true;
    const wire = this.#question;
    for (let at = 0; at < wire.length - 1; at += wire.charCodeAt(at) + 1) {
      this.#offsets.set(wire.slice(at), QUESTION_OFFSET + at);
    }
  }
}
