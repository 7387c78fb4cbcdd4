import { assert, property, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeExtendedError } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { Name } from "../../dns/name.ts";
import { Metrics } from "../../observe/metrics.ts";
import { composeChain } from "../../server/pipeline/chain.ts";
import type { Instance, PluginContext } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Query } from "../../server/contract/query.ts";
import type { Result } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import type { Sections } from "../../testing/query.ts";
import { ask, passedOn, records, testQuery } from "../../testing/query.ts";
import { template } from "./index.ts";
import { parseTemplateDirective } from "./parse.ts";
import { Template } from "./template.ts";

const IP = `template IN A ip.test {
  match ^ip-(?P<a>[0-9]+)-(?P<b>[0-9]+)[.]ip[.]test[.]$ ^(\\d+)[.]short[.]ip[.]test[.]$
  answer "{{ .Name }} 60 IN A 10.0.{{ index .Match 1 }}.{{ or .Group.b 1 }}"
  additional "ns.ip.test. 60 IN A 192.0.2.1"
  authority "ip.test. IN NS ns.ip.test."
  fallthrough
}`;

function make(directive: string, context: PluginContext = testContext()): Template {
  return new Template(parseTemplateDirective(testDirective(directive)), context);
}

/** How many answers there are, or the name of what was thrown. */
function answerCount(template: Template, query: Query): number | string {
  try {
    const reply = template.serve(query, passedOn);
    return reply instanceof Reply ? reply.answer.length : "no reply at once";
  } catch (error) {
    return error instanceof Error ? error.name : "no error";
  }
}

function found(sections: Partial<Sections>): Sections {
  const empty = { answer: [], authority: [], additional: [] };
  return { rcode: "NOERROR", flags: "AA", ...empty, ...sections };
}

describe("template", () => {
  it("answers with the records it makes of the name", async () => {
    expect(await ask(make(IP), testQuery("IP-1-2.ip.test.", "A"))).toEqual(
      found({
        answer: ["ip-1-2.ip.test. 60 IN A 10.0.1.2"],
        authority: ["ip.test. 3600 IN NS ns.ip.test."],
        additional: ["ns.ip.test. 60 IN A 192.0.2.1"],
      }),
    );
  });

  it("keeps the end of a line within quotes, as CoreDNS does", async () => {
    const template = make(
      'template IN TXT {\n answer "{{ .Name }} 60 IN TXT \\"one\ntwo;\\" three"\n}',
    );
    const { answer } = await ask(template, testQuery("a.test.", "TXT"));
    expect(answer).toEqual(['a.test. 60 IN TXT "one\\010two;" "three"']);
  });

  it("tries its expressions in turn", async () => {
    const { answer } = await ask(make(IP), testQuery("7.short.ip.test.", "A"));
    expect(answer).toEqual(["7.short.ip.test. 60 IN A 10.0.7.1"]);
  });

  it.each([
    ["another type", testQuery("ip-1-2.ip.test.", "TXT")],
    ["another class", testQuery("ip-1-2.ip.test.", "A", { qclass: RrClass.CH })],
    ["a name outside of the zone", testQuery("ip-1-2.test.", "A")],
    ["a name that does not match, with fallthrough", testQuery("x.ip.test.", "A")],
  ])("hands on %s", async (_what, query) => {
    expect((await ask(make(IP), query)).rcode).toBe("BADTRUNC");
  });

  it("says SERVFAIL to a name that does not match, without fallthrough for it", async () => {
    const template = make("template IN A {\n match ^a[.]\n fallthrough example.org\n}");
    const refused = await ask(template, testQuery("b.test.", "A"));
    expect(refused).toEqual(found({ rcode: "SERVFAIL", flags: "" }));
    expect((await ask(template, testQuery("b.example.org.", "A"))).rcode).toBe("BADTRUNC");
  });

  it("goes from one template to the next, as one chain", async () => {
    const mx = `template IN MX ip.test {\n answer "{{ .Name }} 60 IN MX 10 {{ .Name }}"\n}`;
    const chain = composeChain([make(IP), make(mx), { serve: passedOn }]);
    const instance = { serve: (query: Query): Result => chain(query) };
    const { answer } = await ask(instance, testQuery("x.ip.test.", "MX"));
    expect(answer).toEqual(["x.ip.test. 60 IN MX 10 x.ip.test."]);
    expect((await ask(instance, testQuery("x.ip.test.", "A"))).rcode).toBe("BADTRUNC");
  });

  it("fills in all its fields", async () => {
    const fields = [
      "{{ .Zone }} {{ .Name }} {{ .Regex }} {{ .Class }} {{ .Type }} {{ .Remote }}",
      "{{ .Question.Name }} {{ .Question.Qtype }} {{ .Question.Qclass }} {{ .Message.Id }}",
      "{{ .Message.RecursionDesired }} {{ (index .Message.Question 0).Name }} {{ .Meta `a/b` }}|",
    ];
    const template = make(
      `template ANY ANY test deep.test {\n answer "x. 1 IN TXT \\"${fields.join(" ")}\\""\n}`,
      testContext({ zones: ["other."] }),
    );
    const query = testQuery("A.deep.test.", "AAAA", { address: "192.0.2.7", id: 99 });
    const { answer } = await ask(template, query);
    expect(answer).toEqual([
      `x. 1 IN TXT "deep.test. a.deep.test. .* IN AAAA 192.0.2.7 A.deep.test. 28 1 99 true A.deep.test. |"`,
    ]);
  });

  it("asks for metadata at the word that names it, and looks up what it puts together", async () => {
    const asked: string[] = [];
    const context: PluginContext = {
      ...testContext({ metadata: { "a/b": () => "b", "a/c": () => "c" } }),
      metadata(label, at) {
        asked.push(`${label} in line ${at.line}`);
        return () => "";
      },
    };
    const template = make(
      `template IN TXT {
        answer "@ IN TXT {{ .Meta \`a/b\` }}{{ \`a/c\` | .Meta }}{{ .Meta (print \`a/\` \`b\`) }}"
        additional "@ IN TXT {{ if eq (.Meta \`x/y\`) \`\` }}{{ $.Meta \`a/b\` }}{{ end }}"
      }`,
      context,
    );
    expect(asked).toEqual(["a/b in line 3", "a/c in line 3", "x/y in line 4", "a/b in line 4"]);
    const { answer, additional } = await ask(template, testQuery("a.test.", "TXT"));
    expect([answer, additional]).toEqual([['. 3600 IN TXT "bcb"'], ['. 3600 IN TXT "b"']]);
  });

  it.each([
    ["{{ .Remote }}", true],
    ["{{ if true }}{{ .Meta `a/b` }}{{ end }}", true],
    ["{{ .Name }}", false],
  ])("with %s is made for one client: %s", async (text, isPerClient) => {
    const template = make(`template IN TXT {\n answer "@ IN TXT x${text}"\n}`);
    const reply = await template.serve(testQuery("a.test.", "TXT"), passedOn);
    expect(reply instanceof Reply && reply.validity.isPerClient).toBe(isPerClient);
  });

  it("stands for its own type and class in questions for any", async () => {
    const template = make(
      `template IN TXT {\n answer "{{ .Name }} {{ .Class }} {{ .Type }} hello"\n}`,
    );
    const { answer } = await ask(template, testQuery("a.test.", "ANY", { qclass: RrClass.ANY }));
    expect(answer).toEqual([`a.test. 3600 IN TXT "hello"`]);
  });

  it("takes @ for the root, and names without a final dot as absolute", async () => {
    const template = make(`template IN NS {\n answer "@ 5 NS ns" "ns 5 NS @"\n}`);
    const { answer } = await ask(template, testQuery(".", "NS"));
    expect(answer).toEqual([". 5 IN NS ns.", "ns. 5 IN NS ."]);
  });

  it("says the response code and the extended error that it is told", async () => {
    const template = make(`template ANY ANY invalid {
      rcode NXDOMAIN
      authority "invalid. 60 {{ .Class }} SOA ns.invalid. hostmaster.invalid. (1 60 60 60 60)"
      ederror 21 "Blocked by test"
    }`);
    const reply = template.serve(testQuery("a.invalid.", "TXT"), passedOn);
    expect(await ask(template, testQuery("a.invalid.", "TXT"))).toEqual(
      found({
        rcode: "NXDOMAIN",
        authority: ["invalid. 60 IN SOA ns.invalid. hostmaster.invalid. 1 60 60 60 60"],
      }),
    );
    const options = reply instanceof Reply ? reply.options : [];
    expect(options.map(({ data }) => decodeExtendedError(data))).toEqual([
      { infoCode: 21, extraText: "Blocked by test" },
    ]);
  });

  it("makes no records for a SERVFAIL that is meant", async () => {
    const template = make(`template ANY ANY {\n rcode SERVFAIL\n answer "a. 1 IN A 192.0.2.1"\n}`);
    const reply = await ask(template, testQuery("a.test.", "A"));
    expect(reply).toEqual(found({ rcode: "SERVFAIL", flags: "" }));
  });

  it("counts matches, and templates that fail", async () => {
    const metrics = new Metrics();
    const context = testContext({ metrics, zones: ["test."] });
    const template = make(
      `template IN ANY {
        match ^(?P<n>.*)[.]test[.]$
        answer "{{ .Name }} 60 IN A {{ parseInt .Group.n 10 8 }}.0.0.1"
      }`,
      context,
    );
    const failures = ["300.test.", "xyz.test."].map((name) => () => {
      return template.serve(testQuery(name, "A"), passedOn);
    });
    for (const failure of failures) expect(failure).toThrow(QueryError);
    await ask(template, testQuery("10.test.", "A"));
    const bad = make(`template IN A {\n answer "{{ .Name }} 60 IN A {{ .Name }}"\n}`, context);
    expect(() => bad.serve(testQuery("a.test.", "A"), passedOn)).toThrow("Cannot make answer");
    const text = await metrics.text();
    const labels = `server="dns://:53",zone="test.",view="",class="IN",type="A"`;
    expect(text).toContain(`coredns_template_matches_total{${labels}} 4`);
    expect(text).toMatch(/coredns_template_template_failures_total\{.*section="answer".*\} 2/);
    expect(text).toMatch(/coredns_template_rr_failures_total\{.*section="answer".*\} 1/);
  });
});

function addressOf(query: Query): Reply {
  const reply = new Reply(0, Flag.TC);
  reply.answer = records(`${query.qname.toString()} 5 IN A 192.0.2.1`);
  return reply;
}

it("makes one record or none of whatever octets a name has", () => {
  const template = make(`template IN TXT {
    match ^(?P<a>.)(?P<b>.*)[.]$ ^.*$
    answer "{{ .Group.a }}. 60 IN TXT {{ .Group.b }} \\"{{ .Name }}\\""
  }`);
  const label = uint8Array({ minLength: 1, maxLength: 63 });
  assert(
    property(label, (octets) => {
      const query = testQuery(".", "TXT");
      const text = Buffer.from(octets).toString("latin1");
      query.qname = Name.fromWire(`${String.fromCharCode(octets.length)}${text}\0`);
      const count = answerCount(template, query);
      expect(count === 1 || count === "QueryError").toBe(true);
    }),
  );
});

describe("a template that makes an alias", () => {
  const ALIAS = `template IN ANY from.test {\n answer "{{ .Name }} 60 IN CNAME to.test."\n}`;

  function resolving(resolve: (query: Query) => Result): Template {
    return make(ALIAS, testContext({ host: { resolve } }));
  }

  const followed = found({
    flags: "AA TC",
    answer: ["from.test. 60 IN CNAME to.test.", "to.test. 5 IN A 192.0.2.1"],
  });
  const alone = found({ answer: ["from.test. 60 IN CNAME to.test."] });

  it("follows it for addresses, at once if it can", async () => {
    const result = resolving(addressOf).serve(testQuery("from.test.", "A"), passedOn);
    expect(result).toBeInstanceOf(Reply);
    expect(await ask(resolving(addressOf), testQuery("from.test.", "A"))).toEqual(followed);
    const later = resolving((query) => Promise.resolve(addressOf(query)));
    expect(await ask(later, testQuery("from.test.", "A"))).toEqual(followed);
  });

  it("leaves it alone for other types, and when its target is not to be had", async () => {
    expect(await ask(resolving(addressOf), testQuery("from.test.", "TXT"))).toEqual(alone);
    const failure = new QueryError(2, "nobody there");
    const failing = resolving(() => {
      throw failure;
    });
    expect(await ask(failing, testQuery("from.test.", "A"))).toEqual(alone);
    const rejecting = resolving(() => Promise.reject(failure));
    expect(await ask(rejecting, testQuery("from.test.", "A"))).toEqual(alone);
  });

  it("does not go round in a circle", async () => {
    const aliases = records("to.test. 60 IN CNAME from.test.", "from.test. 60 IN CNAME to.test.");
    const circling = resolving(() => Reply.authoritative(aliases));
    const { answer } = await ask(circling, testQuery("from.test.", "A"));
    expect(answer).toEqual(["from.test. 60 IN CNAME to.test.", "to.test. 60 IN CNAME from.test."]);
    let asked = 0;
    const toItself = make(
      `template IN A {\n answer "{{ .Name }} 60 IN CNAME {{ .Name }}"\n}`,
      testContext({ host: { resolve: () => (asked++, new Reply()) } }),
    );
    expect((await ask(toItself, testQuery("a.test.", "A"))).answer).toHaveLength(1);
    expect(asked).toBe(0);
  });
});

describe("a template of class CH", () => {
  const text = 'template CH TXT {\n answer "{{ .Name }} 0 CH TXT hi"\n}';
  const create = (plugins: readonly string[]): Instance | undefined => {
    const options = template.parse(testDirective(text));
    return template.create?.(options, { ...testContext({ directive: text }), plugins });
  };

  it("answers such questions where chaos lets them in", async () => {
    const instance = create(["chaos", "template"]);
    const query = testQuery("a.bind.", "TXT", { qclass: RrClass.CH });
    expect(instance && (await ask(instance, query)).answer).toEqual(['a.bind. 0 CH TXT "hi"']);
  });

  it("is an error where it could match nothing", () => {
    expect(() => create(["template"])).toThrow(
      'Corefile:2: plugin/template: cannot match class "CH": class IN is served, CH only where there is chaos; questions of CH are refused',
    );
  });
});
