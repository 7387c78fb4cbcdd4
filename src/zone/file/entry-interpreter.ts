import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import type { Name } from "../../dns/name.ts";
import { parseRecordHead } from "../../dns/presentation.ts";
import { parseRdataTokens } from "../../dns/rdata/rdata.ts";
import { SOA } from "../../dns/rdata/soa.ts";
import { ResourceRecord } from "../../dns/resource-record.ts";
import type { Entry, Token } from "../../dns/tokenizer.ts";
import { TokenCursor } from "../../dns/tokenizer.ts";
import { MAX_TTL_SECONDS, parseTtl } from "../../dns/ttl.ts";
import { generateEntries } from "./generate.ts";

/** What an entry of a master file comes to: a record, something to read in its place, or nothing. */
export type Interpreted =
  | ResourceRecord
  | { readonly include: string; readonly origin: Name | undefined }
  /** Texts of entries, a record each. */
  | { readonly generated: Iterable<string> }
  | undefined;

/** Says what the entries of a master file mean, one after the other (RFC 1035 §5.1, RFC 2308 §4). */
export class EntryInterpreter {
  origin: Name | undefined;
  /** Of the last record: who begins with a blank has it, too. */
  owner: Name | undefined;
  /** Of `$TTL`. */
  #defaultTtl: number | undefined;
  /** Of the last record that had one (RFC 1035 §5.1). */
  #lastTtl: number | undefined;
  #class: number = RrClass.IN;
  #tokens = new TokenCursor([]);
  readonly #warn: ((message: string) => void) | undefined;

  /** @param warn is told what is odd and yet taken */
  constructor(origin: Name | undefined, warn?: (message: string) => void) {
    this.origin = origin;
    this.#warn = warn;
  }

  /** Where it is. */
  get place(): { readonly line: number; readonly column: number } {
    return { line: this.#tokens.line, column: this.#tokens.column };
  }

  /** @throws {SyntaxError} if it is none */
  read({ tokens, startsWithBlank }: Entry): Interpreted {
    this.#tokens = new TokenCursor(tokens, this.origin);
    const [first] = tokens;
    if (!first?.text.startsWith("$") || first.quoted || startsWithBlank) {
      return this.#record(startsWithBlank);
    }
    this.#tokens.next("a directive");
    const interpreted = this.#directive(first.text.toUpperCase());
    const extra = this.#tokens.peek();
    if (!extra) return interpreted;
    this.#tokens.next("");
    throw this.#tokens.unexpected("the end of the line", extra);
  }

  #directive(directive: string): Interpreted {
    const tokens = this.#tokens;
    switch (directive) {
      case "$ORIGIN":
        this.origin = tokens.name();
        return undefined;
      case "$TTL":
        this.#defaultTtl = this.#ttlOf(tokens, tokens.next("a TTL"));
        return undefined;
      case "$INCLUDE": {
        const include = tokens.string("a file").text;
        return { include, origin: tokens.isDone ? this.origin : tokens.name() };
      }
      case "$GENERATE":
        return { generated: generateEntries(tokens) };
      default:
        throw new SyntaxError(`Cannot read zone: unknown directive "${directive}"`);
    }
  }

  #record(repeatsOwner: boolean): ResourceRecord {
    const tokens = this.#tokens;
    const owner = repeatsOwner ? this.owner : tokens.owner();
    if (!owner) throw new SyntaxError("Cannot read zone: the first record has no owner");
    this.owner = owner;
    const head = parseRecordHead(tokens, this.#ttlOf);
    this.#lastTtl = head.ttlSeconds ?? this.#lastTtl;
    this.#class = head.class ?? this.#class;
    const rdata = parseRdataTokens(head.type, tokens);
    const ttl = head.ttlSeconds ?? this.#defaultTtl ?? this.#lastTtl ?? minimumOf(head.type, rdata);
    if (ttl === undefined) {
      throw new SyntaxError("Cannot read zone: no TTL here, before, or by $TTL");
    }
    this.#lastTtl = ttl;
    return new ResourceRecord(owner, head.type, this.#class, ttl, rdata);
  }

  /** One with its highest bit set is 0 (RFC 2181 §8). */
  readonly #ttlOf = (tokens: TokenCursor, token: Token): number => {
    const seconds = parseTtl(token.text);
    if (seconds === undefined)
      throw tokens.unexpected(`a TTL from 0 to ${MAX_TTL_SECONDS} seconds`, token);
    if (seconds <= MAX_TTL_SECONDS) return seconds;
    this.#warn?.(
      `line ${token.line}: TTL ${token.text} is over ${MAX_TTL_SECONDS} seconds: 0 counts`,
    );
    return 0;
  };
}

/** A zone that states no TTL at its head takes the one its SOA ends with, as BIND does. */
function minimumOf(type: number, rdata: Buffer): number | undefined {
  return type === RrType.SOA ? SOA.decode(rdata)?.minimumSeconds : undefined;
}
