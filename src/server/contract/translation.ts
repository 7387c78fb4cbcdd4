import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { RrType, formatRrType } from "../../dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../dns/resource-record.ts";
import type { BlockSettings, Next, ServerHost } from "./plugin.ts";
import type { Query } from "./query.ts";
import { QueryError } from "./query-error.ts";
import type { Outcome, Repetition, Result } from "./reply.ts";
import { DROPPED, Reply, mapReply } from "./reply.ts";
import { Validity } from "./validity.ts";

/*
 * What plugins share that make addresses of one family out of those of the other (RFC 6147).
 */

/** For how long a translation is good at most if no SOA record says so (RFC 6147 §5.1.7). */
const DEFAULT_TTL_SECONDS = 600;

/** What is translated, and how. */
export interface TranslationRule {
  /** The type of the questions, AAAA or A, and that of the records which are translated. */
  readonly qtype: number;
  readonly sourceType: number;
  /** Whether a reply is to be replaced. */
  wants(reply: Reply): boolean;
  /**
   * @param original what the question was answered with; undefined if it failed
   * @param basis what the question for the other type was answered with
   */
  compose(original: Reply | undefined, basis: Reply): Reply;
}

/**
 * Whether it may be answered with translated addresses: not if it was itself asked to translate the
 * answer, which could go in circles, nor if its client validates (RFC 6147 §5.5).
 */
export function isTranslatable(query: Query, { qtype }: Pick<TranslationRule, "qtype">): boolean {
  if (query.qtype !== qtype || query.qclass !== RrClass.IN) return false;
  if (query.dnssecOk && query.checkingDisabled) return false;
  return !query.isForTranslation;
}

/** Hands a query on, and asks for the other family's addresses if what comes back is to be replaced. */
export function serveTranslated(
  query: Query,
  next: Next,
  rule: TranslationRule,
  host: ServerHost,
): Result {
  const complete = (outcome: Outcome): Result => {
    if (outcome === DROPPED || !rule.wants(outcome)) return outcome;
    return mapReply(ask(query, rule, host), (basis) => rule.compose(outcome, basis));
  };
  // No answer is as good as an empty one (RFC 6147 §5.1.2 and §5.1.3).
  const replace = (failure: unknown): Result => {
    if (!(failure instanceof QueryError) || failure.rcode !== Rcode.SERVFAIL) throw failure;
    return mapReply(ask(query, rule, host), (basis) => {
      return rule.compose(undefined, basis).narrow(Validity.once);
    });
  };
  let result: Result;
  try {
    result = next(query);
  } catch (failure) {
    return replace(failure);
  }
  return result instanceof Promise ? result.then(complete, replace) : complete(result);
}

function ask(query: Query, { sourceType }: TranslationRule, host: ServerHost): Result {
  query.trace?.note(`asking for ${formatRrType(sourceType)}, to translate that`);
  // Signatures would not be those of the records that are made.
  const own = query.derive({ qtype: sourceType, dnssecOk: false, isOwn: true });
  own.isForTranslation = true;
  return host.resolve(own);
}

/** Makes a record of one of another type, undefined where that cannot be. */
export type Translate = (record: ResourceRecord) => ResourceRecord | undefined;

export interface Translation {
  /** What the question was answered with; undefined if it failed. */
  readonly original: Reply | undefined;
  readonly basis: Reply;
  /** Which of the flags of the basis are those of the reply. */
  readonly flags: number;
  /** Records of this type are translated, all others stay as they are. */
  readonly type: number;
  readonly translate: Translate;
  /** Is told of each query that is answered by repeating the reply. */
  readonly count: (hits: number) => void;
}

/** The basis with its addresses translated: as valid as both replies are, and no longer. */
export function translatedReply({ original, basis, ...rest }: Translation): Reply {
  const reply = new Reply(basis.rcode, basis.flags & rest.flags, basis.validity);
  if (original) reply.narrow(original.validity);
  const ceiling = original ? denialTtl(original) : DEFAULT_TTL_SECONDS;
  reply.answer = basis.answer.flatMap((record) => {
    if (record.type !== rest.type) return [record];
    const made = rest.translate(record);
    return made ? [made.withTtl(Math.min(record.ttlSeconds, ceiling))] : [];
  });
  reply.authority = basis.authority;
  reply.additional = basis.additional;
  reply.options = basis.options;
  reply.isForwarded = basis.isForwarded;
  reply.hasOrderedTtls = basis.hasOrderedTtls;
  const { followsCase = false, isOrdered = false } = basis.repetition;
  const before = [original?.repetition, basis.repetition];
  reply.repetition = {
    followsCase,
    isOrdered,
    ...(before.some((one) => one?.aging) && ageTogether(reply)),
    count: countWith(before, rest.count),
  };
  return reply;
}

/** Tells of repeats also those who have a part in the reply. */
function countWith(
  before: readonly (Repetition | undefined)[],
  count: (hits: number) => void,
): NonNullable<Repetition["count"]> {
  return (hits, nowMs) => {
    for (const one of before) one?.count?.(hits, nowMs);
    count(hits);
  };
}

/**
 * TTLs of two sources, one of which counts down: all get the lowest, and count down from now on.
 * Where that has come to an end, so has the reply.
 */
function ageTogether(reply: Reply): Pick<Repetition, "aging"> {
  const fromMs = performance.now();
  const sections = [reply.answer, reply.authority, reply.additional];
  const ttlSeconds = sections.flat().reduce(lowerTtl, DEFAULT_TTL_SECONDS);
  const withTtl = (record: ResourceRecord): ResourceRecord => {
    return record.type === RrType.OPT ? record : record.withTtl(ttlSeconds);
  };
  [reply.answer, reply.authority, reply.additional] = [
    reply.answer.map(withTtl),
    reply.authority.map(withTtl),
    reply.additional.map(withTtl),
  ];
  reply.narrow(Validity.until(fromMs + ttlSeconds * 1_000));
  return { aging: { ttlSeconds, fromMs } };
}

function lowerTtl(lowest: number, { type, ttlSeconds }: ResourceRecord): number {
  return type === RrType.OPT ? lowest : Math.min(lowest, ttlSeconds);
}

/** The TTL of the SOA record that says that there is no such data. */
function denialTtl({ authority }: Reply): number {
  const soa = authority.find(({ type }) => type === RrType.SOA);
  return soa?.ttlSeconds ?? DEFAULT_TTL_SECONDS;
}

/** Whether clients of both families may come by the same socket: only "::" and all addresses are so. */
export function isForBothFamilies({ listenOn }: Pick<BlockSettings, "listenOn">): boolean {
  return listenOn.length === 0 || listenOn.some((address) => /^[0:]+$/.test(address));
}
