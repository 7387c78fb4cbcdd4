import type { Directive, Token } from "../../corefile/directive.ts";
import { tokenError } from "../../corefile/directive.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass, parseRrClass } from "../../dns/iana/rr-class.ts";
import { parseRrType } from "../../dns/iana/rr-type.ts";
import { judgeType } from "../../server/contract/admission.ts";
import { parseEdnsRule } from "./parse-edns.ts";
import { parseNameRule } from "./parse-name.ts";
import { parseCnameRule, parseRcodeRule, parseTtlRule } from "./parse-reply-rules.ts";
import type { Rule } from "./rule.ts";
import { Words } from "./words.ts";

type Parsed = Pick<Rule, "make" | "takesClass">;

const FIELDS: Readonly<Record<string, (words: Words) => Parsed>> = {
  name: (words) => ({ make: parseNameRule(words) }),
  type: parseTypeRule,
  class: parseClassRule,
  edns0: (words) => ({ make: parseEdnsRule(words) }),
  ttl: (words) => ({ make: parseTtlRule(words) }),
  rcode: (words) => ({ make: parseRcodeRule(words) }),
  cname: (words) => ({ make: parseCnameRule(words) }),
};

/** Reads `rewrite [continue|stop] FIELD ...`, in one line or in a block. */
export function parseRewrite(directive: Directive): Rule {
  const words = new Words(directive);
  const text = words.toString();
  let field = words.next(`field: one of ${known()}`);
  const mode = field.text.toLowerCase();
  const hasMode = mode === "continue" || mode === "stop";
  if (hasMode) field = words.next(`field: one of ${known()}`);
  const name = field.text.toLowerCase();
  if (name === "answer") throw tokenError(field, '"answer" stands behind a "name" rule');
  const parse = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (!parse) throw tokenError(field, `unknown field "${field.text}", expected one of ${known()}`);
  const parsed = parse(words);
  return {
    ...parsed,
    at: { file: directive.file, line: directive.line },
    text,
    isLast: mode !== "continue",
  };
}

function known(): string {
  return Object.keys(FIELDS).join(", ");
}

function parseTypeRule(words: Words): Parsed {
  const [from, to] = [typeOf(words.next("type to match")), typeOf(words.next("type to ask for"))];
  words.end();
  const action: ReturnType<Rule["make"]> = (asked) => {
    if (asked.qtype !== from) return false;
    asked.qtype = to;
    return true;
  };
  return { make: () => action };
}

/** Of a type that is looked at by plugins; the others are turned away before. */
function typeOf(token: Token): number {
  const type = parseRrType(token.text);
  if (type === undefined) throw tokenError(token, `unknown type "${token.text}"`);
  if (judgeType(type) !== Rcode.NOERROR) {
    throw tokenError(token, `questions of type "${token.text}" are turned away before any plugin`);
  }
  return type;
}

const ASKED_CLASSES: readonly number[] = [RrClass.IN, RrClass.CH, RrClass.HS];

function parseClassRule(words: Words): Parsed {
  const fromToken = words.next("class to match");
  const [from, to] = [classOf(fromToken), classOf(words.next("class to ask for"))];
  words.end();
  if (!ASKED_CLASSES.includes(from)) {
    throw tokenError(
      fromToken,
      `questions of class "${fromToken.text}" are turned away before any plugin`,
    );
  }
  const action: ReturnType<Rule["make"]> = (asked) => {
    if (asked.qclass !== from) return false;
    asked.qclass = to;
    return true;
  };
  return { make: () => action, takesClass: from };
}

function classOf(token: Token): number {
  const rrClass = parseRrClass(token.text);
  if (rrClass === undefined) throw tokenError(token, `unknown class "${token.text}"`);
  return rrClass;
}
