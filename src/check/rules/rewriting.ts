import type { Directive, Token } from "../../corefile/directive.ts";
import { named, quoted } from "../places.ts";
import type { Lint } from "../rule.ts";

/** What a *rewrite* is about, as far as its words tell. */
interface RewriteRule {
  readonly directive: Directive;
  readonly goesOn: boolean;
  readonly field: string;
  /** How names are compared, for `name`. */
  readonly kind: string;
  readonly from: string;
  readonly hasAnswer: boolean;
}

const KINDS = ["exact", "prefix", "suffix", "substring", "regex"];

/** Whatever the name. */
const ANYTHING = /^\^?(?:\.\*|\(\.\*\))\$?$/;

export const rewriteNeverReached: Lint = {
  id: "rewrite-never-reached",
  level: "warning",
  what: "a *rewrite* behind another one that matches the same questions: the first that matches is the last, unless it says `continue`",
  mend: "put it first, or write `continue` in the one before",
  *find({ blocks }) {
    for (const block of blocks) {
      const rules = named(block, "rewrite").map(readRule);
      for (const [i, rule] of rules.entries()) {
        const before = rules.slice(0, i).find((one) => covers(one, rule));
        if (!before) continue;
        const where = `${quoted(before.directive)} in line ${before.directive.line}`;
        const message = `${quoted(rule.directive)} is never reached: ${where} is the last for what it matches`;
        const hint = 'put this one first, or write "continue" there';
        yield { at: rule.directive, message, hint };
      }
    }
  },
};

export const rewriteWithoutAnswer: Lint = {
  id: "rewrite-without-answer",
  level: "warning",
  what: "a *rewrite* of names without `answer`: records come back by the name that was asked behind it, and clients take them for somebody else's",
  mend: "add `answer auto`",
  *find({ blocks }) {
    for (const block of blocks) {
      for (const { directive, field, kind, hasAnswer } of named(block, "rewrite").map(readRule)) {
        if (field !== "name" || kind === "exact" || hasAnswer) continue;
        const message = `answers to ${quoted(directive)} have another name than was asked for`;
        yield { at: directive, message, hint: 'add "answer auto"' };
      }
    }
  },
};

function readRule(directive: Directive): RewriteRule {
  const [first, ...more] = directive.body;
  const inner: readonly Token[] = first ? [first.name, ...first.args] : [];
  const words = [...directive.args, ...inner].map(({ text }) => text);
  const mode = words[0] === "continue" || words[0] === "stop" ? words.shift() : "stop";
  const [field = "", second = "", third = ""] = words;
  const hasKind = field === "name" && KINDS.includes(second);
  const kind = hasKind ? second : "exact";
  const from = hasKind ? third : second;
  const isName = field === "name" && kind !== "regex";
  const lines = more.flatMap(({ name, args }) => [name, ...args]);
  return {
    directive,
    goesOn: mode === "continue",
    field,
    kind,
    from: isName ? absolute(from) : from,
    hasAnswer: [...words, ...lines.map(({ text }) => text)].includes("answer"),
  };
}

function absolute(name: string): string {
  return name.endsWith(".") ? name.toLowerCase() : `${name.toLowerCase()}.`;
}

/** Whether all that the second one matches has ended at the first. */
function covers(one: RewriteRule, other: RewriteRule): boolean {
  if (one.goesOn) return false;
  if (one.field === "cname") return true;
  if (one.field !== other.field) return false;
  if (one.field === "type" || one.field === "class") return one.from === other.from;
  if (one.field !== "name") return false;
  if (one.kind === "regex" && ANYTHING.test(one.from)) return true;
  if (one.kind === other.kind && one.from === other.from) return true;
  if (other.kind === "regex") return false;
  if (one.kind === "substring") return other.from.includes(one.from);
  const isWhole = other.kind === "exact" || other.kind === one.kind;
  if (one.kind === "suffix") return isWhole && other.from.endsWith(one.from);
  return one.kind === "prefix" && isWhole && other.from.startsWith(one.from);
}
