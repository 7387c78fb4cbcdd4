import { RrClass, formatRrClass, parseRrClass } from "./iana/rr-class.ts";
import { formatRrType, parseRrType } from "./iana/rr-type.ts";
import type { Name } from "./name.ts";
import { formatRdata, parseRdataTokens } from "./rdata/rdata.ts";
import { ResourceRecord } from "./resource-record.ts";
import type { Token } from "./tokenizer.ts";
import { TokenCursor, tokenize } from "./tokenizer.ts";
import { MAX_TTL_SECONDS, parseTtl } from "./ttl.ts";

/** What a record in text may leave out. */
export interface RecordDefaults {
  /** Completes relative names; without it they are taken as absolute. */
  readonly origin?: Name;
  /** Without it, a record must have a TTL of its own. */
  readonly ttlSeconds?: number;
  /** IN, if neither this nor the record says otherwise. */
  readonly class?: number;
}

/** `www.example.org. 300 IN A 192.0.2.1`, single blanks between. */
export function formatRecord(record: ResourceRecord): string {
  const owner = record.owner.toString();
  const rrClass = formatRrClass(record.class);
  const type = formatRrType(record.type);
  const rdata = formatRdata(record.type, record.rdata);
  return `${owner} ${record.ttlSeconds} ${rrClass} ${type} ${rdata}`;
}

/**
 * Reads one record in presentation format (RFC 1035 §5.1): `owner [ttl] [class] type rdata`, TTL
 * and class in either order. Parentheses may spread it over lines.
 * @throws {SyntaxError} if it is anything else.
 */
export function parseRecord(text: string, defaults: RecordDefaults = {}): ResourceRecord {
  const [entry, another] = tokenize(text);
  if (!entry || another) {
    throw new SyntaxError(`Cannot parse record "${text}": expected exactly one`);
  }
  const tokens = new TokenCursor(entry.tokens, defaults.origin);
  const owner = tokens.owner();
  const { ttlSeconds = defaults.ttlSeconds, ...head } = parseRecordHead(tokens, ttlOf);
  if (ttlSeconds === undefined) throw new SyntaxError(`Cannot parse record "${text}": no TTL`);
  const rrClass = head.class ?? defaults.class ?? RrClass.IN;
  const rdata = parseRdataTokens(head.type, tokens);
  return new ResourceRecord(owner, head.type, rrClass, ttlSeconds, rdata);
}

/** What stands between owner and RDATA. */
interface RecordHead {
  readonly ttlSeconds?: number;
  readonly class?: number;
  readonly type: number;
}

/**
 * @param ttl what a TTL comes to
 * @throws {SyntaxError}
 */
export function parseRecordHead(tokens: TokenCursor, ttl: typeof ttlOf): RecordHead {
  const head: { ttlSeconds?: number; class?: number } = {};
  for (;;) {
    const token = tokens.next("a record type");
    const rrClass = parseRrClass(token.text);
    if (/^\d/.test(token.text) && head.ttlSeconds === undefined) {
      head.ttlSeconds = ttl(tokens, token);
    } else if (rrClass !== undefined && head.class === undefined) {
      head.class = rrClass;
    } else {
      const type = parseRrType(token.text);
      if (type === undefined) throw tokens.unexpected("a TTL, class or record type", token);
      return { ...head, type };
    }
  }
}

/** @throws {SyntaxError} if the token is not a TTL. */
export function ttlOf(tokens: TokenCursor, token: Token): number {
  const seconds = parseTtl(token.text);
  if (seconds !== undefined && seconds <= MAX_TTL_SECONDS) return seconds;
  throw tokens.unexpected(`a TTL from 0 to ${MAX_TTL_SECONDS} seconds`, token);
}
