import { describe, expect, it } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import type { PluginContext } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import { testQuery } from "../../testing/query.ts";
import { parseViewDirective } from "./parse.ts";
import { ExpressionView } from "./view.ts";
import { warningsOfView } from "./warnings.ts";

function viewOf(body: string, context: PluginContext = testContext()): ExpressionView {
  return new ExpressionView(parseViewDirective(testDirective(`view v {\n${body}\n}`)), context);
}

function warningsOf(body: string): string[] {
  const directive = testDirective(`view v {\n${body}\n}`);
  const warnings = warningsOfView(parseViewDirective(directive), directive);
  return [...warnings].map(({ message }) => message);
}

function takes(body: string, query: Query, context?: PluginContext): boolean {
  return viewOf(body, context).view.takes(query);
}

describe("a view", () => {
  it.each<[string, TestQueryOptions, boolean]>([
    ["expr incidr(client_ip(), '10.0.0.0/8')", { address: "10.1.2.3" }, true],
    ["expr incidr(client_ip(), '10.0.0.0/8')", { address: "192.0.2.1" }, false],
    ["expr incidr(client_ip(), '2001:0DB8::/32')", { address: "2001:db8::7" }, true],
    ["expr type() in ['A', 'AAAA']", {}, true],
    ["expr name() == 'www.example.org.'", {}, true],
    ["expr proto() == 'tcp' and bufsize() == 65535", { transport: "tls" }, true],
    ["expr true\nexpr false", {}, false],
    ["expr 'true'", {}, false],
    ["expr 1", {}, false],
    ["", {}, true],
    ["expr \"any(['10.0.0.0/8'], {incidr(client_ip(), #)})\"", { address: "10.0.0.1" }, true],
    ["expr fromJSON('[1]').a", {}, false],
  ])("with %j and %j: %s", (body, options, expected) => {
    expect(takes(body, testQuery("WWW.example.org.", "A", options))).toBe(expected);
  });

  it("knows metadata", () => {
    const metadata = { "a/b": ({ qname }: Query) => `of ${qname}` };
    const context = testContext({ metadata });
    expect(takes("expr metadata('a/b') == 'of x.test.'", testQuery("x.test."), context)).toBe(true);
    expect(takes("expr metadata('a/' + 'c') == ''", testQuery("x.test."), context)).toBe(true);
    expect(viewOf("").metadata["view/name"]?.(testQuery("."), "")).toBe("v");
  });

  it("whose condition fails takes nothing, counts that, and tells of it once", async () => {
    const { log, lines } = recordingLog();
    const metrics = new Metrics();
    const context = testContext({ log, metrics, settings: { view: "v" } });
    const { view } = viewOf("expr int(name()) == 1", context);
    expect([view.takes(testQuery("a.")), view.takes(testQuery("b."))]).toEqual([false, false]);
    expect(lines).toEqual([
      'warn: Cannot evaluate "int(name()) == 1" for "a.": "a." is no int; further failures are only counted',
    ]);
    expect(await metrics.text()).toContain(
      'portolan_expression_failures_total{server="dns://:53",view="v",plugin="view"} 2',
    );
  });

  it.each([
    ["expr false", "it is always false"],
    ["expr 1 == 2", "it is always false"],
    ["expr name()", "it is a string"],
    ["expr 7 % 0 == 1", "it always fails: division by zero"],
    ["expr 'a' + 'b'", "it is a string"],
  ])("%s is warned of: %s", (body, reason) => {
    const [warning] = warningsOf(body);
    expect(warning).toContain('Corefile:3: plugin/view: view "v" takes no query: ');
    expect(warning).toContain(reason);
  });

  it("that may take a query is not", () => {
    expect(warningsOf("expr true\nexpr now().Year() == 1999\nexpr name() == ''")).toEqual([]);
  });
});
