import { describe, expect, it } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import { parseTemplateDirective } from "./parse.ts";
import { Template } from "./template.ts";

function make(body: string, context: PluginContext = testContext()): Template {
  const directive = testDirective(`template IN ANY example {\n${body}\n}`);
  return new Template(parseTemplateDirective(directive), context);
}

async function answerOf(body: string, query: Query, context?: PluginContext): Promise<string> {
  const { rcode, answer } = await ask(make(body, context), query);
  return answer[0] ?? rcode;
}

const HOLDS = 'answer "{{ .Name }} 60 IN A 192.0.2.1"';

describe("variables", () => {
  it.each([
    ["var ttl 60", "{{ .Name }} {{ .Var.ttl }} IN A 10.0.0.1", "12-34.example. 60 IN A 10.0.0.1"],
    [
      "var a 1\nvar b a + 1\nvar c b * 10",
      "{{ .Name }} 60 IN A 10.{{ .Var.a }}.{{ .Var.b }}.{{ .Var.c }}",
      "12-34.example. 60 IN A 10.1.2.20",
    ],
    [
      "match ^(?P<a>[0-9]+)-(?P<b>[0-9]+)[.]example[.]$\nvar a group('a')\nvar b group(2)\nvar whole group(0)",
      "{{ .Var.whole }} 60 IN A 10.0.{{ .Var.a }}.{{ .Var.b }}",
      "12-34.example. 60 IN A 10.0.12.34",
    ],
    [
      "var a group('none') + group(9) + group('9')",
      '{{ .Name }} 60 IN TXT \\"<{{ .Var.a }}>\\"',
      '12-34.example. 60 IN TXT "<>"',
    ],
    [
      "var a client_ip()\nvar b int(split(a, '.')[3])",
      "{{ .Name }} 60 IN A 10.0.0.{{ .Var.b }}",
      "12-34.example. 60 IN A 10.0.0.1",
    ],
    ["var a 7 / 2", '{{ .Name }} 60 IN TXT \\"{{ .Var.a }}\\"', '12-34.example. 60 IN TXT "3.5"'],
    [
      "var a 3000000.0",
      '{{ .Name }} 60 IN TXT \\"{{ .Var.a }}\\"',
      '12-34.example. 60 IN TXT "3e+06"',
    ],
    [
      "var a [1, 'b', nil]",
      '{{ .Name }} 60 IN TXT \\"{{ index .Var.a 1 }}\\"',
      '12-34.example. 60 IN TXT "b"',
    ],
    [
      "var a {b: {c: 5}}",
      '{{ .Name }} 60 IN TXT \\"{{ .Var.a.b.c }}\\"',
      '12-34.example. 60 IN TXT "5"',
    ],
    [
      "var a duration('90s')",
      '{{ .Name }} 60 IN TXT \\"{{ .Var.a }}\\"',
      '12-34.example. 60 IN TXT "1m30s"',
    ],
  ])("%j in %j", async (variables, template, expected) => {
    const body = `${variables.replaceAll("{b: {c: 5}}", '"{b: {c: 5}}"')}\nanswer "${template}"`;
    expect(await answerOf(body, testQuery("12-34.example."))).toBe(expected);
  });

  it("that would be too much for a template are a failure, not a wait", async () => {
    const body = `var a "reduce(1..40, [#acc, #acc], 1)"\nanswer "{{ .Name }} 60 IN TXT {{ .Var.a }}"`;
    await expect(ask(make(body), testQuery("a.example."))).rejects.toThrow(/steps of work/);
  });
});

describe("conditions", () => {
  it.each([
    [
      `${HOLDS}\nexpr name() == 'a.example.'\nexpr true\nfallthrough`,
      "a.example. 60 IN A 192.0.2.1",
    ],
    [`${HOLDS}\nexpr false\nexpr true\nfallthrough`, "BADTRUNC"],
    [`${HOLDS}\nexpr false`, "SERVFAIL"],
    [`${HOLDS}\nexpr 'true'\nfallthrough`, "BADTRUNC"],
    [`${HOLDS}\nexpr incidr('notanip', '10.0.0.0/8')\nfallthrough`, "SERVFAIL"],
    [`${HOLDS}\nvar a int(name())\nfallthrough`, "SERVFAIL"],
    [`${HOLDS}\nvar a 1\nexpr a == 1`, "a.example. 60 IN A 192.0.2.1"],
    [
      `${HOLDS}\nvar ip '10.1.1.1'\nexpr "any(['10.0.0.0/8'], incidr(ip, #))"`,
      "a.example. 60 IN A 192.0.2.1",
    ],
  ])("%j: %s", async (body, expected) => {
    expect(await answerOf(body, testQuery("A.example."))).toBe(expected);
  });

  it("that fail are counted, and told of once", async () => {
    const { log, lines } = recordingLog();
    const metrics = new Metrics();
    const template = make(`${HOLDS}\nexpr int(name()) == 1`, testContext({ log, metrics }));
    for (const name of ["a.example.", "b.example."]) await ask(template, testQuery(name));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('Cannot evaluate "int(name()) == 1" for "a.example."');
    expect(await metrics.text()).toContain(
      'portolan_expression_failures_total{server="dns://:53",view="",plugin="template"} 2',
    );
  });
});

describe("what depends on the client is for that client", () => {
  it.each([
    [`${HOLDS}\nexpr client_ip() != ''`, true],
    [`${HOLDS}\nvar a port()`, true],
    [`${HOLDS}\nvar a metadata('x/y')`, true],
    [`${HOLDS}\nexpr now().Year() > 1`, true],
    [`${HOLDS}\nexpr '$env' != '' and len($env) > 0`, true],
    [`${HOLDS}\nexpr name() != '' and type() != 'MX' and group(0) != ''`, false],
    [HOLDS, false],
  ])("%j: %s", async (body, isPerClient) => {
    const reply = await make(body).serve(testQuery("a.example."), passedOn);
    expect(reply instanceof Reply && reply.validity.isPerClient).toBe(isPerClient);
  });

  it("also where it is handed on because of that", async () => {
    const perClient = make(`${HOLDS}\nexpr client_ip() == ''\nfallthrough`);
    const common = make(`${HOLDS}\nexpr name() == ''\nfallthrough`);
    const validities = [perClient, common].map((one) => {
      const reply = one.serve(testQuery("a.example."), () => new Reply());
      return reply instanceof Reply && reply.validity.isPerClient;
    });
    expect(validities).toEqual([true, false]);
  });
});
