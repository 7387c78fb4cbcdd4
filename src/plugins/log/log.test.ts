import { describe, expect, it } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { pluginLogger } from "../../observe/log.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { startServer } from "../../testing/server.ts";
import { plugins } from "../index.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { log } from "./index.ts";

const success = new Reply();
const denial = new Reply(Rcode.NXDOMAIN);
const refused = new Reply(Rcode.REFUSED);

/** What is logged of queries for these names by a block with these directives. */
function lines(
  directives: readonly string[],
  queries: readonly (readonly [string, Outcome])[],
): string[] {
  const recording = recordingLog();
  const context = testContext({ log: pluginLogger(recording.log, "log", false) });
  const parsed = directives.map((text) => log.parse(testDirective(text)));
  const instance = log.create?.(log.merge?.(parsed), context);
  for (const [qname, outcome] of queries)
    instance?.observe?.({ query: testQuery(qname), outcome, octets: 68, failure: undefined });
  return recording.lines;
}

describe("log", () => {
  const recording = recordingLog();
  const context = testContext({ log: pluginLogger(recording.log, "log", false) });
  const query = testQuery("Example.org.", "A", {
    address: "::1",
    port: 50_759,
    id: 29_008,
    do: true,
    payloadSize: 4096,
  });
  const reply = new Reply(Rcode.NOERROR, Flag.RA | Flag.AD);

  it("has CoreDNS's line by default, without the plugin's name", () => {
    log
      .create?.(log.parse(testDirective("log")), context)
      .observe?.({ query, outcome: reply, octets: 68, failure: undefined });
    expect(recording.lines.pop()).toMatch(
      /^info: \[::1\]:50759 - 29008 "A IN example\.org\. udp 64 true 4096" NOERROR qr,rd,ra,ad 68 0\.\d{9}s$/,
    );
  });

  it.each(["log {combined}", "log . {combined}", 'log . "{combined}"'])(
    "adds the opcode for %s",
    (text) => {
      log
        .create?.(log.parse(testDirective(text)), context)
        .observe?.({ query, outcome: reply, octets: 68, failure: undefined });
      expect(recording.lines.pop()).toMatch(
        /^info: \[::1\]:50759 - 29008 "A IN example\.org\. udp 64 true 4096" NOERROR qr,rd,ra,ad 68 0\.\d{9}s "0"$/,
      );
    },
  );

  it("takes formats of one's own, with common formats inside", () => {
    const common = log.parse(testDirective('log . "<{common}>"'));
    log
      .create?.(common, context)
      .observe?.({ query, outcome: reply, octets: 68, failure: undefined });
    expect(recording.lines.pop()).toMatch(/^info: <\[::1\]:50759 - .*s>$/);
  });
});

describe("the rules of log", () => {
  it("log what is within one of the names", () => {
    const queries = ["a.example.org.", "Example.NET.", "notexample.org.", "org."];
    expect(
      lines(
        ['log example.org example.net "{name}"'],
        queries.map((qname) => [qname, success]),
      ),
    ).toEqual(["info: a.example.org.", "info: example.net."]);
  });

  it.each([
    ["success", ["s."]],
    ["denial", ["d."]],
    ["error", ["e.", "n."]],
    ["denial error", ["d.", "e.", "n."]],
    ["all", ["s.", "d.", "e.", "n."]],
    ["denial all", ["s.", "d.", "e.", "n."]],
    ["denial\n class success", ["s.", "d."]],
  ])("log only the class %s", (classes, expected) => {
    const logged = lines(
      [`log . "{name}" {\n class ${classes}\n}`],
      [
        ["s.", success],
        ["d.", denial],
        ["e.", refused],
        ["n.", DROPPED],
      ],
    );
    expect(logged).toEqual(expected.map((name) => `info: ${name}`));
  });

  it("go by the first name that matches, also if its class does not", () => {
    const directives = [
      'log a.test "first {name}" {\n class error\n}',
      'log test "second {name}"',
      'log . "third {name}"',
    ];
    const logged = lines(directives, [
      ["x.a.test.", success],
      ["x.a.test.", refused],
      ["b.test.", success],
      ["example.org.", denial],
    ]);
    expect(logged).toEqual([
      "info: first x.a.test.",
      "info: second b.test.",
      "info: third example.org.",
    ]);
  });

  it("leave out what no name matches", () => {
    expect(lines(["log a.test"], [["b.test.", refused]])).toEqual([]);
  });
});

describe("the directive log", () => {
  it.each([
    ["log a..b", "Corefile:2: plugin/log: "],
    ["log . {\n class\n}", 'Corefile:3: plugin/log: missing argument: "class" takes'],
    ["log . {\n class succes\n}", 'plugin/log: unknown value "succes", expected "all", "success"'],
    ["log . {\n clas all\n}", 'Corefile:3: plugin/log: unknown property "clas": did you mean'],
    ["log . {\n class all {\n }\n}", 'Corefile:3: plugin/log: unexpected "{"'],
  ])("is refused: %j", (text, message) => {
    expect(() => log.parse(testDirective(text))).toThrow(message);
  });
});

describe("metadata in a line", () => {
  const block = (extra: string): string => `.:{{PORT}} {
  bind 127.0.0.1
  log . "{name} {/a/b}"
  ${extra}
  provides
}`;
  const provides = definePlugin({
    name: "provides",
    parse: () => undefined,
    create: () => ({
      metadata: { "a/b": ({ client }): string => client.address },
      serve: () => new Reply(),
    }),
  });

  async function logged(extra: string): Promise<string[]> {
    const recording = recordingLog();
    const corefile = block(extra);
    const server = await startServer({
      corefile,
      plugins: [...plugins, provides],
      log: recording.log,
    });
    const [serving] = server.server.configuration.blocks;
    const query = testQuery("x.test.", "A", { address: "192.0.2.9" });
    for (const observe of serving?.observers ?? [])
      observe({ query, outcome: new Reply(), octets: 40, failure: undefined });
    await server.stop();
    return recording.lines;
  }

  it("is there with the directive metadata, for its zones", async () => {
    expect(await logged("metadata")).toContain("info: x.test. 192.0.2.9");
    expect(await logged("metadata test")).toContain("info: x.test. 192.0.2.9");
    expect(await logged("metadata example.org")).toContain("info: x.test. -");
  });

  it("is an error without it", async () => {
    await expect(logged("")).rejects.toThrow(
      'Corefile:3: plugin/log: no metadata "a/b": the server block has no "metadata"',
    );
  });
});
