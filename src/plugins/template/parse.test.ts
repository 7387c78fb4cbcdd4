import { describe, expect, it } from "vitest";
import { Name } from "../../dns/name.ts";
import { testDirective } from "../../testing/context.ts";
import { parseTemplateDirective } from "./parse.ts";

describe("the template directive", () => {
  it("takes every option", () => {
    const options = parseTemplateDirective(
      testDirective(`template IN any example.org 192.0.2.0/24 {
        match ^a[.] "^b c[.]"
        match ^d[.]
        answer "a. 1 IN A 192.0.2.1" "{{ .Name }} 1 IN A 192.0.2.2"
        authority "a. 1 IN NS b."
        additional "b. 1 IN A 192.0.2.3"
        additional "b. 1 IN AAAA 2001:db8::3"
        rcode nxdomain
        ederror 15
        upstream
        fallthrough example.org
      }`),
    );
    expect(options).toMatchObject({
      rrClass: 1,
      type: 255,
      zones: [Name.parse("example.org."), Name.parse("2.0.192.in-addr.arpa.")],
      rcode: 3,
      fallthrough: [Name.parse("example.org.")],
    });
    expect(options.patterns.map((pattern) => pattern.pattern())).toEqual([
      "^a[.]",
      "^b c[.]",
      "^d[.]",
    ]);
    const { answer, authority, additional } = options;
    expect([answer.length, authority.length, additional.length]).toEqual([2, 1, 2]);
    expect(options.extendedError?.data).toEqual(Buffer.from([0, 15]));
  });

  it.each([
    ["NXDOMAIN", 3],
    ["NOTIMP", 4],
    ["notimpl", 4],
    ["BADSIG", 16],
  ])("knows the response code %s", (mnemonic, rcode) => {
    const directive = testDirective(`template IN A {\n rcode ${mnemonic}\n}`);
    expect(parseTemplateDirective(directive)).toMatchObject({ rcode });
  });

  it.each([
    ["template", "missing argument"],
    ["template IN", "missing argument"],
    ["template X A", 'unknown class "X"'],
    ["template IN X", 'unknown type "X"'],
    [
      "template HS ANY",
      'cannot match class "HS": class IN is served, and CH with chaos; questions of HS',
    ],
    ["template class4 A", 'cannot match class "class4": class IN is served'],
    ["template IN AXFR", 'cannot match type "AXFR": such questions are turned away'],
    ["template ANY TKEY", 'cannot match type "TKEY": such questions are turned away'],
    ["template IN A a..b", "empty label"],
    ["template IN A {\n match\n}", "missing argument"],
    ["template IN A {\n match a(\n}", 'cannot parse regular expression "a("'],
    ["template IN A {\n match (?=a)\n}", "cannot parse regular expression"],
    [`template IN A {\n match ${"a".repeat(10_001)}\n}`, "too long: 10001 characters"],
    ["template IN A {\n answer\n}", "missing argument"],
    ['template IN A {\n answer "{{"\n}', 'cannot parse template "{{"'],
    ['template IN A {\n additional "a. IN A 300.0.0.1"\n}', "cannot parse template"],
    ['template IN A {\n authority "no record"\n}', "cannot parse template"],
    ["template IN A {\n rcode\n}", "missing argument"],
    ["template IN A {\n rcode UNDEFINED\n}", 'unknown response code "UNDEFINED"'],
    ["template IN A {\n ederror\n}", "missing argument"],
    ["template IN A {\n ederror 65536\n}", "more than 65535"],
    ["template IN A {\n ederror 1 a b\n}", "unexpected argument"],
    ["template IN A {\n var x\n}", "missing argument"],
    ["template IN A {\n expr\n}", "missing argument"],
    ["template IN A {\n var 1x 1\n}", 'cannot declare "1x"'],
    ["template IN A {\n var len 1\n}", 'cannot declare "len"'],
    ["template IN A {\n var name 1\n}", 'cannot declare "name"'],
    ["template IN A {\n var group 1\n}", 'cannot declare "group"'],
    ["template IN A {\n var nil 1\n}", 'cannot declare "nil"'],
    ["template IN A {\n var let 1\n}", 'cannot declare "let"'],
    ["template IN A {\n var a 1\n var a 2\n}", 'cannot declare "a"'],
    ["template IN A {\n var a b\n var b 1\n}", 'column 1 of "b": "b" is unknown'],
    ["template IN A {\n var a 'x'\n expr a + 1\n}", 'column 3 of "a + 1": cannot do "+"'],
    ["template IN A {\n expr true and\n}", "unexpected end of the expression, expected a value"],
    ["template IN A {\n anwser a\n}", 'did you mean "answer"'],
    ["template IN A {\n rcode NXDOMAIN {\n }\n}", "has no properties"],
  ])("refuses %j", (text, message) => {
    const parse = (): unknown => parseTemplateDirective(testDirective(text));
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^Corefile:\d+: /);
  });
});
