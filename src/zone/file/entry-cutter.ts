import type { Entry } from "../../dns/tokenizer.ts";
import { TokenError, tokenize, tokenizePlainLine } from "../../dns/tokenizer.ts";

/** More than the longest RDATA takes with each of its octets as an escape (64 KiB as `\DDD`). */
const MAX_ENTRY_CHARACTERS = 1 << 19;
const SPECIAL = /[()";\\]/;
/** What an entry may have that goes on in the next line. */
const OPEN = /[("\\]/;

/** Cuts a master file into entries as its text comes. Holds no more than one entry. */
export class EntryCutter {
  #text = "";
  /** Of what has not been cut yet. */
  #line = 1;

  /** @throws {TokenError} if a line cannot be cut into words, or an entry is longer than any record */
  *push(chunk: string): Generator<Entry, void> {
    const text = this.#text + chunk;
    let start = 0;
    for (;;) {
      const end = text.indexOf("\n", start);
      if (end < 0) break;
      const line = text.slice(start, end);
      if (SPECIAL.test(line)) {
        const endOfAll = OPEN.test(line) ? endOfOpenEntry(text, start) : end;
        if (endOfAll < 0) break;
        yield* this.#entriesOf(text.slice(start, endOfAll));
        start = endOfAll + 1;
        continue;
      }
      const entry = tokenizePlainLine(line, this.#line++);
      if (entry.tokens.length > 0) yield entry;
      start = end + 1;
    }
    this.#text = text.slice(start);
    if (this.#text.length > MAX_ENTRY_CHARACTERS) {
      const place = { line: this.#line, column: 1 };
      throw new TokenError(
        `Cannot read line: an entry of over ${MAX_ENTRY_CHARACTERS} characters`,
        place,
      );
    }
  }

  /** There is no more text. */
  *end(): Generator<Entry, void> {
    const text = this.#text;
    this.#text = "";
    yield* this.#entriesOf(text);
  }

  *#entriesOf(text: string): Generator<Entry, void> {
    const line = this.#line;
    this.#line = line + text.split("\n").length;
    yield* tokenize(text, line);
  }
}

/** Where the line ends that an entry ends with; -1 if that is not here yet. */
function endOfOpenEntry(text: string, start: number): number {
  let depth = 0;
  let inQuotes = false;
  for (let at = start; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x5c: // A backslash takes the next one's meaning.
        if (text.charCodeAt(at + 1) !== 0x0a) at++;
        break;
      case 0x22: // A quote.
        inQuotes = !inQuotes;
        break;
      case 0x28:
        if (!inQuotes) depth++;
        break;
      case 0x29:
        if (!inQuotes) depth--;
        break;
      case 0x3b: // A comment, up to the end of the line.
        if (inQuotes) break;
        at = text.indexOf("\n", at) - 1;
        if (at < 0) return -1;
        break;
      // Quotes end in their line, as BIND and Knot have it: one that was forgotten is told of where it is, and not at the file's end.
      case 0x0a:
        if (inQuotes || depth <= 0) return at;
        break;
      default:
    }
  }
  return -1;
}
