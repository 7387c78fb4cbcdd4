import type { Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Rcode, parseRcode } from "../../dns/iana/rcode.ts";
import { MAX_TTL_SECONDS } from "../../dns/ttl.ts";
import { redirectAliases } from "./cname-edit.ts";
import type { NameMatch } from "./name-match.ts";
import { matches, replace } from "./name-match.ts";
import { lowerCaseName, nameOf, nameText } from "./name-text.ts";
import { parseKind, parseMatch, matchOf, absolute, parseReplacement } from "./parse-match.ts";
import { changeRcode } from "./rcode-edit.ts";
import type { Rule } from "./rule.ts";
import { boundTtls } from "./ttl-edit.ts";
import type { Words } from "./words.ts";

/** `[KIND] NAME SECONDS|MIN-MAX`. */
export function parseTtlRule(words: Words): Rule["make"] {
  const match = parseMatch(words, 2);
  const [min, max] = parseRange(words.next("TTL"));
  words.end();
  const edit = boundTtls(min, max);
  return () => (asked) => {
    if (!matches(match, asked.text)) return false;
    asked.edits.push(edit);
    return true;
  };
}

/** Either end may be left out, not both. */
function parseRange(token: Token): readonly [number, number] {
  const found = /^(\d*)(?:(-)(\d*))?$/.exec(token.text);
  const [, low = "", dash, high = ""] = found ?? [];
  if (!found || (low === "" && high === ""))
    throw badTtl(token, "not SECONDS, MIN-MAX, MIN- or -MAX");
  const min = Number(low);
  const max = dash === undefined ? min : high === "" ? MAX_TTL_SECONDS : Number(high);
  if (min > max) throw badTtl(token, "the lower bound is above the upper one");
  if (max > MAX_TTL_SECONDS) throw badTtl(token, `more than ${MAX_TTL_SECONDS}`);
  return [min, max];
}

function badTtl(token: Token, reason: string): Error {
  return tokenError(token, `cannot parse TTL "${token.text}": ${reason}`);
}

/** `[KIND] NAME FROM TO`, codes as numbers or mnemonics. */
export function parseRcodeRule(words: Words): Rule["make"] {
  const match = parseMatch(words, 3);
  const from = rcodeOf(words.next("response code to match"));
  const to = rcodeOf(words.next("response code to send"));
  words.end();
  return () => (asked) => {
    if (!matches(match, asked.text)) return false;
    asked.edits.push(changeRcode(asked.query, from, to));
    return true;
  };
}

function rcodeOf(token: Token): number {
  const number = /^\d{1,9}$/.test(token.text) ? Number(token.text) : undefined;
  if (number !== undefined && number <= Rcode.BADCOOKIE) return number;
  const rcode = parseRcode(token.text);
  if (rcode === undefined) throw tokenError(token, `unknown response code "${token.text}"`);
  return rcode;
}

/** `[KIND] FROM TO`, of aliases in the answer. All questions match. */
export function parseCnameRule(words: Words): Rule["make"] {
  const kind = parseKind(words, 2);
  const match = aliasMatch(kind, words.next("target to match"));
  const target = words.next("target to put there");
  const isWhole = kind === "exact" || kind === "suffix";
  const to = parseReplacement(
    match,
    target,
    isWhole ? absolute(target.text) : target.text.toLowerCase(),
  );
  words.end();
  return ({ host }) => {
    const edit = redirectAliases((name) => {
      const text = nameText(lowerCaseName(name));
      const replaced = replace(match, to, text);
      return replaced === undefined ? name : nameOf(replaced, text);
    }, host);
    return (asked) => {
      asked.edits.push(edit);
      return true;
    };
  };
}

/** Unlike names of questions, the beginnings and parts of targets are taken as they are. */
function aliasMatch(kind: NameMatch["kind"], token: Token): NameMatch {
  if (kind === "prefix" || kind === "substring") return { kind, from: token.text.toLowerCase() };
  return matchOf(kind, token);
}
