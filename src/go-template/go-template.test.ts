import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { TemplateError } from "./syntax.ts";
import type { Value } from "./value.ts";
import { GoTemplate } from "./go-template.ts";

const DATA: Record<string, Value> = {
  Name: "ip-10.test.",
  Match: ["ip-10", "10", ""],
  Group: new Map<string, Value>([
    ["a", "10"],
    ["hex", "ff"],
    ["empty", ""],
  ]),
  Number: 42n,
  Question: { Name: "IP-10.test.", Qtype: 1n },
  Yes: true,
  Meta: (name: Value) => `<${typeof name === "string" ? name : ""}>`,
};
const FIELDS = new Set(Object.keys(DATA));

function run(source: string): string {
  return new GoTemplate(source, FIELDS).execute(DATA);
}

function failureOf(source: string): unknown {
  try {
    run(source);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe("a Go template", () => {
  it.each([
    ["plain text", "plain text"],
    ["", ""],
    ["{{ .Name }} 60 IN A", "ip-10.test. 60 IN A"],
    ["{{.Name}}", "ip-10.test."],
    ["{{ .Group.a }}", "10"],
    ["{{ .Group.nothing }}", "<no value>"],
    ["{{ index .Match 1 }}", "10"],
    ['{{ index .Group "a" }}{{ index .Group "b" }}.', "10."],
    ["{{ .Question.Name }} {{ .Question.Qtype }}", "IP-10.test. 1"],
    ['{{ .Meta "a/b" }}', "<a/b>"],
    ['{{ "a/b" | .Meta }}', "<a/b>"],
    ["{{ $.Name }}", "ip-10.test."],
    ["a {{- .Number -}} b", "a42b"],
    ["a {{- /* nothing */ -}} b", "ab"],
    ["a {{/* nothing */}} b", "a  b"],
    ["{{ -1 }} {{ +2 }} {{ 0x10 }} {{ 1.5 }} {{ true }}", "-1 2 16 1.5 true"],
    ['{{ "a\\"b\\x41\\u0042\\t" }}|{{ `a\\b` }}', 'a"bAB\t|a\\b'],
    ["{{ parseInt .Group.hex 16 8 }}", "255"],
    ['{{ parseInt "18446744073709551615" 10 64 }}', "18446744073709551615"],
    ['{{ parseInt "0x1f" 0 0 }} {{ parseInt "017" 0 0 }} {{ parseInt "7" 0 0 }}', "31 15 7"],
    [
      '{{ printf "%s-%03d-%x-%X-%q-%t-%v%%" .Name 7 255 255 "q" true 1 }}',
      'ip-10.test.-007-ff-FF-"q"-true-1%',
    ],
    ['{{ printf "%5s|%-5s|%.2s|%c|%o|%b" "ab" "ab" "abc" 65 8 5 }}', "   ab|ab   |ab|A|10|101"],
    ['{{ printf "%x" "ab" }} {{ printf "%05d" -7 }}', "6162 -0007"],
    ['{{ print "a" 1 2 "b" 3 }}', "a1 2b3"],
    ['{{ println "a" 1 }}', "a 1\n"],
    ["{{ len .Match }} {{ len .Name }} {{ len .Group }}", "3 11 3"],
    ["{{ slice .Name 3 5 }}{{ slice .Match 1 2 }}", "10[10]"],
    ["{{ if .Yes }}yes{{ else }}no{{ end }}", "yes"],
    ["{{ if .Group.empty }}yes{{ else }}no{{ end }}", "no"],
    ["{{ if not .Yes }}a{{ else if eq .Number 42 }}b{{ else }}c{{ end }}", "b"],
    ["{{ if and .Yes (gt .Number 41) (le .Number 42) }}in{{ end }}", "in"],
    ["{{ or .Group.empty .Group.a }} {{ and .Group.empty .Group.a }}|", "10 |"],
    ['{{ eq "a" "b" "a" }} {{ ne 1 2 }} {{ lt "a" "b" }} {{ ge 1.5 1.5 }}', "true true true true"],
    ["{{ with .Group }}{{ .a }}{{ $.Number }}{{ end }}", "1042"],
    ["{{ with .Group.empty }}a{{ else }}{{ .Name }}{{ end }}", "ip-10.test."],
    ["{{ range .Match }}[{{ . }}]{{ end }}", "[ip-10][10][]"],
    ["{{ range $i, $m := .Match }}{{ $i }}={{ $m }};{{ end }}", "0=ip-10;1=10;2=;"],
    ["{{ range $k, $v := .Group }}{{ $k }}={{ $v }};{{ end }}", "a=10;empty=;hex=ff;"],
    ["{{ range slice .Match 0 0 }}a{{ else }}none{{ end }}", "none"],
    ["{{ $x := .Number }}{{ $x }}{{ $x = 7 }}{{ $x }}", "427"],
    ["{{ $x := 1 }}{{ if .Yes }}{{ $x = 2 }}{{ $x := 3 }}{{ $x }}{{ end }}{{ $x }}", "32"],
    ["{{ (index .Match 1) | printf `%s!` }}", "10!"],
    ["{{ .Match }} {{ .Group }}", "[ip-10 10 ] map[a:10 empty: hex:ff]"],
  ])("%s is %j", (source, expected) => {
    expect(run(source)).toBe(expected);
  });

  it.each([
    ["{{", '"{{" without "}}"'],
    ['{{ "a }}', 'unexpected ""a }}"'],
    ["{{ /* a }}", '"{{/*" without "*/}}"'],
    ["{{ }}", "value missing"],
    ["{{ .Nmae }}", 'no field ".Nmae"'],
    ["{{ $.Nmae }}", 'no field ".Nmae"'],
    ["{{ if .Yes }}{{ .Nmae }}{{ end }}", 'no field ".Nmae"'],
    ["{{ $x }}", 'no variable "$x"'],
    ["{{ $x = 1 }}", 'no variable "$x"'],
    ["{{ if .Yes }}{{ $x := 1 }}{{ end }}{{ $x }}", 'no variable "$x"'],
    ["{{ html .Name }}", 'no function "html"'],
    ["{{ define `a` }}{{ end }}", 'no function "define"'],
    ["{{ parseInt }}", 'wrong number of arguments for "parseInt": 0'],
    ["{{ print parseInt }}", 'wrong number of arguments for "parseInt": 0'],
    ["{{ 1 2 }}", "arguments behind a value"],
    ["{{ 1 | 2 }}", "arguments behind a value"],
    ["{{ if .Yes }}", '"if" without "end"'],
    ["{{ if .Yes }}{{ else }}", '"if" without "end"'],
    ["{{ end }}", '"end" without'],
    ["{{ else }}", '"else" without'],
    ["{{ if .Yes }}{{ end now }}", 'unexpected "now" behind "end"'],
    ["{{ if .Yes }}{{ else range .Match }}{{ end }}", 'unexpected "range" behind "else"'],
    ["{{ if .Yes }}{{ else }}{{ else }}{{ end }}", '"if" without "end"'],
    ["{{ (1 }}", '"(" without ")"'],
    ["{{ 1 ) }}", 'unexpected ")"'],
    ["{{ | 1 }}", 'unexpected "|"'],
    ["{{ 1a }}", 'unexpected "1a }}"'],
    ['{{ "\\k" }}', 'unknown escape "\\k"'],
  ])("%s is refused when it is read", (source, message) => {
    const read = (): unknown => new GoTemplate(source, FIELDS);
    expect(read).toThrow(TemplateError);
    expect(read).toThrow(message);
  });

  it.each([
    ["{{ index .Match 3 }}", "out of range: 3"],
    ["{{ index .Match -1 }}", "out of range: -1"],
    ["{{ index .Match `a` }}", "takes an integer, not a string"],
    ["{{ index .Group 1 }}", "takes a string, not an integer"],
    ["{{ index .Number 1 }}", "cannot index an integer"],
    ["{{ parseInt `256` 10 8 }}", 'no number of base 10 in 8 bits: "256"'],
    ["{{ parseInt `` 10 8 }}", "no number"],
    ["{{ parseInt `-1` 10 8 }}", "no number"],
    ["{{ .Name.Length }}", 'cannot take ".Length" of a string'],
    ["{{ .Question.constructor }}", 'cannot take ".constructor" of a struct'],
    ["{{ .Question }}", "cannot print a struct"],
    ["{{ .Name 1 }}", "cannot call"],
    ["{{ eq .Name 1 }}", "cannot compare a string with an integer"],
    ["{{ lt .Name 1 }}", "cannot order a string and an integer"],
    ["{{ len .Number }}", "cannot take the length of an integer"],
    ["{{ slice .Name 3 2 }}", "slice out of range: 3:2"],
    ["{{ range .Number }}{{ end }}", "cannot range over"],
    ["{{ printf `%d` .Name }}", 'cannot print a string as "%d"'],
    ["{{ printf `%s` 1 }}", 'cannot print an integer as "%s"'],
    ["{{ printf `%z` 1 }}", 'no verb "%z"'],
    ["{{ printf `%d` }}", 'no value for "%d"'],
    ["{{ printf `a` 1 }}", "more values than verbs"],
    ["{{ printf `%` 1 }}", "no verb"],
  ])("%s fails when it is filled in", (source, message) => {
    const template = new GoTemplate(source, FIELDS);
    expect(() => template.execute(DATA)).toThrow(TemplateError);
    expect(() => template.execute(DATA)).toThrow(message);
  });

  it("knows whether it has actions", () => {
    expect(new GoTemplate("a{{/* b */}}", FIELDS).isConstant).toBe(true);
    expect(new GoTemplate("{{ 1 }}", FIELDS).isConstant).toBe(false);
  });

  it("never fails with anything but a TemplateError", () => {
    const words = [
      "{{",
      "}}",
      "-}}",
      "{{-",
      " ",
      ".Name",
      ".Group.a",
      "$x",
      ":=",
      "=",
      "|",
      "(",
      ")",
    ];
    const more = [
      "if",
      "else",
      "end",
      "range",
      "with",
      "index",
      "printf",
      '"%d"',
      "1",
      "-",
      "/*",
      "*/",
    ];
    const text = fc
      .array(fc.oneof(fc.constantFrom(...words, ...more), fc.string()))
      .map((all) => all.join(""));
    fc.assert(
      fc.property(text, (source) => {
        const failure = failureOf(source);
        expect(failure === undefined || failure instanceof TemplateError).toBe(true);
      }),
    );
  });
});
