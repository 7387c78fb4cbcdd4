import type { Token } from "../../corefile/directive.ts";
import { named } from "../places.ts";
import type { Lint, Spot } from "../rule.ts";

const HINT = 'write "\\.$" at its end, or leave "$" out';

export const patternWithoutDot: Lint = {
  id: "pattern-without-dot",
  level: "warning",
  what: "an expression of *template* or *rewrite* ends with a letter and `$`: names end with a dot here, so none ever matches",
  mend: "write `\\.$` at its end, or leave `$` out",
  *find({ blocks }) {
    for (const block of blocks) {
      for (const at of [...templatePatterns(block), ...rewritePatterns(block)]) {
        const tail = literalTail(at.text);
        if (tail === undefined || tail === "" || tail.endsWith(".")) continue;
        yield { at, message: `"${at.text}" matches no name: they end with a dot`, hint: HINT };
      }
    }
  },
};

export const patternOutsideZone: Lint = {
  id: "pattern-outside-zone",
  level: "warning",
  what: "an expression of *template* ends with another domain than all zones it is for: it never matches",
  mend: "mend the expression, or name its zone",
  *find({ blocks }) {
    for (const block of blocks) {
      for (const directive of named(block, "template")) {
        const [, , ...own] = directive.args;
        const words = own.length > 0 ? own : block.keys.map(({ at }) => at);
        const zones =
          own.length > 0
            ? own.map(({ text }) => absolute(text))
            : block.keys.map(({ zone }) => zone);
        if (words.some(({ text }) => text.includes("/"))) continue;
        const patterns = directive.body.filter(({ name }) => name.text === "match");
        for (const at of patterns.flatMap(({ args }) => args)) {
          const spot = outside(at, zones);
          if (spot) yield spot;
        }
      }
    }
  },
};

function outside(at: Token, zones: readonly string[]): Spot | undefined {
  const tail = literalTail(at.text)?.toLowerCase() ?? "";
  if (!tail.endsWith(".")) return undefined;
  const dotted = (zone: string): string => (zone === "." ? "." : `.${zone}`);
  const fits = (zone: string): boolean =>
    `.${tail}`.endsWith(dotted(zone)) || dotted(zone).endsWith(tail);
  if (zones.some(fits)) return undefined;
  const message = `"${at.text}" never matches: no name in "${zones.join(" ")}" ends with "${tail}"`;
  return { at, message, hint: "mend the expression, or the zones" };
}

function absolute(zone: string): string {
  return zone.endsWith(".") ? zone.toLowerCase() : `${zone.toLowerCase()}.`;
}

type Block = Parameters<typeof named>[0];

function templatePatterns(block: Block): Token[] {
  const lines = named(block, "template").flatMap(({ body }) => body);
  return lines.filter(({ name }) => name.text === "match").flatMap(({ args }) => args);
}

/** FROM of `name regex FROM TO`. */
function rewritePatterns(block: Block): Token[] {
  return named(block, "rewrite").flatMap(({ args, body }) => {
    const lines = [args, ...body.map((sub) => [sub.name, ...sub.args])];
    return lines.flatMap((line) => {
      const at = line.findIndex(({ text }) => text === "name");
      return line[at + 1]?.text === "regex" && at >= 0 && at < 2 ? (line[at + 2] ?? []) : [];
    });
  });
}

/**
 * The plain text that all that matches ends with, "" if it may end with anything; undefined if the expression does not
 * speak of the end.
 */
function literalTail(pattern: string): string | undefined {
  if (!/(?<!\\)\$$/.test(pattern) || pattern.includes("|")) return undefined;
  let end = pattern.length - 1;
  let tail = "";
  for (;;) {
    const [, part = "", char = ""] = /(\\?([.a-z0-9-]))$/i.exec(pattern.slice(0, end)) ?? [];
    const isEscaped = part.length === 2;
    // A dot stands for itself behind a backslash, and a letter does not.
    if (part === "" || (char === ".") !== isEscaped) return tail;
    tail = char + tail;
    end -= part.length;
  }
}
