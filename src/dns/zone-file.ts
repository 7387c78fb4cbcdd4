import { RrClass } from "./iana/rr-class.ts";
import { RrType } from "./iana/rr-type.ts";
import type { Name } from "./name.ts";
import { parseRecordHead, ttlOf } from "./presentation.ts";
import { parseRdataTokens } from "./rdata/rdata.ts";
import { SOA } from "./rdata/soa.ts";
import { ResourceRecord } from "./resource-record.ts";
import type { Entry } from "./tokenizer.ts";
import { TokenCursor, TokenError, tokenize } from "./tokenizer.ts";

/** A zone file that cannot be read; the message begins with `file:line: `. */
export class ZoneFileError extends SyntaxError {
  readonly file: string;
  /** Counted from 1. */
  readonly line: number;

  constructor(file: string, line: number, cause: Error) {
    super(`${file}:${line}: ${cause.message}`, { cause });
    this.file = file;
    this.line = line;
  }
}

/**
 * Reads a zone in master-file format (RFC 1035 §5, RFC 2308 §4), records in the file's order.
 * `$INCLUDE` and `$GENERATE` are refused. Whether the records make a zone is not looked at.
 * @param options.origin what relative names belong to until `$ORIGIN` says otherwise.
 * @param options.file what errors call the text.
 * @throws {ZoneFileError}
 */
export function parseZoneFile(
  text: string,
  options: { readonly origin?: Name; readonly file: string },
): ResourceRecord[] {
  const reader = new ZoneReader(options.origin);
  const records: ResourceRecord[] = [];
  try {
    for (const entry of tokenize(text)) {
      const record = reader.read(entry);
      if (record) records.push(record);
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const line = error instanceof TokenError ? error.line : reader.line;
    throw new ZoneFileError(options.file, line, error);
  }
  return records;
}

/** What carries over from one entry to the next. */
class ZoneReader {
  #origin: Name | undefined;
  #owner: Name | undefined;
  /** Of `$TTL`. */
  #defaultTtl: number | undefined;
  /** Of the last record that had one (RFC 1035 §5.1). */
  #lastTtl: number | undefined;
  #class: number = RrClass.IN;
  #tokens = new TokenCursor([]);

  constructor(origin: Name | undefined) {
    this.#origin = origin;
  }

  /** Where it is. */
  get line(): number {
    return this.#tokens.line;
  }

  read(entry: Entry): ResourceRecord | undefined {
    this.#tokens = new TokenCursor(entry.tokens, this.#origin);
    const first = entry.tokens[0];
    if (!first?.text.startsWith("$") || first.quoted || entry.startsWithBlank) {
      return this.#record(entry.startsWithBlank);
    }
    this.#tokens.next("a directive");
    this.#directive(first.text.toUpperCase());
    const extra = this.#tokens.peek();
    if (extra) throw this.#tokens.unexpected("the end of the line", extra);
    return undefined;
  }

  #directive(directive: string): void {
    switch (directive) {
      case "$ORIGIN":
        this.#origin = this.#tokens.name();
        return;
      case "$TTL":
        this.#defaultTtl = ttlOf(this.#tokens, this.#tokens.next("a TTL"));
        return;
      case "$INCLUDE":
      case "$GENERATE":
        throw new SyntaxError(`Cannot read zone: ${directive} is not supported`);
      default:
        throw new SyntaxError(`Cannot read zone: unknown directive "${directive}"`);
    }
  }

  #record(repeatsOwner: boolean): ResourceRecord {
    const tokens = this.#tokens;
    const owner = repeatsOwner ? this.#owner : tokens.name();
    if (!owner) throw new SyntaxError("Cannot read zone: the first record has no owner");
    this.#owner = owner;
    const head = parseRecordHead(tokens);
    this.#lastTtl = head.ttlSeconds ?? this.#lastTtl;
    this.#class = head.class ?? this.#class;
    const rdata = parseRdataTokens(head.type, tokens);
    const ttl = head.ttlSeconds ?? this.#defaultTtl ?? this.#lastTtl ?? minimumOf(head.type, rdata);
    if (ttl === undefined)
      throw new SyntaxError("Cannot read zone: no TTL here, before, or by $TTL");
    this.#lastTtl = ttl;
    return new ResourceRecord(owner, head.type, this.#class, ttl, rdata);
  }
}

/** A zone that states no TTL at its head takes the one its SOA ends with, as BIND does. */
function minimumOf(type: number, rdata: Buffer): number | undefined {
  return type === RrType.SOA ? SOA.decode(rdata)?.minimumSeconds : undefined;
}
