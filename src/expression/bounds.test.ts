import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { testQuery } from "../testing/query.ts";
import { EvaluationError, ExpressionError } from "./expression-error.ts";
import { Program } from "./program.ts";
import { QUERY_ENVIRONMENT } from "./query-environment.ts";

const context = { query: testQuery("a.test."), metadata: () => "" };

function evaluate(source: string): unknown {
  return new Program(source, QUERY_ENVIRONMENT).evaluate(context);
}

describe("an expression has an end", () => {
  it.each([
    "1..1000000000",
    "repeat('a', 1000000000)",
    "len(map(1..1000, {map(1..1000, #)}))",
    "all(1..1000, {all(1..1000, {all(1..1000, # > 0)})})",
    "reduce(1..1000, #acc + #acc, 'a')",
    "reduce(1..40, [#acc, #acc], 1) == reduce(1..40, [#acc, #acc], 1)",
    "toJSON(reduce(1..40, [#acc, #acc], 1))",
    "string(reduce(1..40, [#acc, #acc], 1))",
    "flatten(reduce(1..40, [#acc, #acc], 1))",
    "max(reduce(1..40, [#acc, #acc], 1))",
    "let s = repeat('a', 50000); any(1..1000, {s + string(#) == s})",
    "let s = repeat('a', 50000); any(1..1000, {s contains 'b'})",
    "let s = repeat('a', 50000); any(1..1000, {s matches '(a*)*b'})",
    "let l = 1..50000; any(1..1000, {l == map(l, #)})",
    "let l = 1..50000; any(1..1000, {0 in l})",
    "let l = 1..50000; any(1..1000, {sort(l)[0] == 0})",
    "let l = 1..1000; uniq(l) == l",
    "replace(repeat('a', 1000), '', repeat('b', 1000))",
    "join(map(1..1000, {repeat('a', 1000)}), '-')",
    "concat(1..50000, 1..50000, 1..50000)",
    `all(1..20000, {${"# > 0 and ".repeat(90)} true})`,
    "all(1..20000, {date('2023-08-14').Year() > 0})",
    "all(1..20000, {timezone('Europe/Zurich').String() != ''})",
    "all(1..20000, {duration('1h').Hours() > 0})",
  ])("%s is given up", (source) => {
    expect(() => evaluate(source)).toThrow(/over 100000 steps of work/);
  });

  it("however its brackets and operators stand in one another", () => {
    for (const part of [
      "(",
      "[",
      "{a:",
      "-",
      "!",
      "not ",
      "a ? ",
      "if a {",
      "1 + (",
      "x(",
      "let a = ",
      "a[",
      "a ? b : ",
    ]) {
      expect(() => new Program(part.repeat(600), QUERY_ENVIRONMENT)).toThrow(ExpressionError);
    }
    for (const part of ["+1", ".a", "[0]", "?.a", " or true", " ?? 1", "| len()", "()"]) {
      const source = `fromJSON('1')${part.repeat(600)}`;
      expect(() => new Program(source, QUERY_ENVIRONMENT).evaluate(context)).toThrow(
        /too deep|cannot|unexpected|unknown/i,
      );
    }
  });

  it("and is refused or fails in its own way, whatever it is", () => {
    const words =
      "1 2.5 'a' nil true name() type() # .a ( ) [ ] { } , : ; + - * / % ** == != < and or not in .. ?? ? | let x = map( filter( len( split( matches contains ?. date( duration( now() fromJSON( toJSON( if else sortBy( reduce( #acc $env".split(
        " ",
      );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 14 }), (parts) => {
        try {
          evaluate(parts.join(" "));
        } catch (error) {
          const isOurs = error instanceof ExpressionError || error instanceof EvaluationError;
          if (!isOurs) throw error;
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
