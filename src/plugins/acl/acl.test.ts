import { describe, expect, it } from "vitest";
import { decodeExtendedError } from "../../dns/edns.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrType } from "../../dns/iana/rr-type.ts";
import { Name } from "../../dns/name.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { RepeatedQueries } from "../../server/contract/repeat-observer.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { DROPPED, Reply } from "../../server/contract/reply.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import type { TestContextOptions } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { acl } from "./index.ts";

/** Bodies of directives; those that begin with a zone and a brace are whole. */
function create(bodies: readonly string[], options: TestContextOptions = {}): Instance {
  const all = bodies.map((body) => {
    const text = body.includes("{") ? `acl ${body}` : `acl {\n${body}\n}`;
    return acl.parse(testDirective(text));
  });
  const instance = acl.create?.(acl.merge?.(all), testContext(options));
  if (!instance) throw new Error("no instance");
  return instance;
}

interface Asked {
  readonly qname?: string;
  readonly qtype?: string;
  readonly address?: string;
}

/** What becomes of a question, and whether others may get the same reply. */
async function ask(instance: Instance, asked: Asked): Promise<[string, boolean]> {
  const { qname = "a.test.", qtype = "A", address = "192.0.2.1" } = asked;
  const query = testQuery(qname, qtype, { address });
  const outcome = (await instance.serve?.(query, () => new Reply(Rcode.NXDOMAIN))) as Outcome;
  if (outcome === DROPPED) return ["drop", false];
  const [option] = outcome.options;
  const code = option && decodeExtendedError(option.data)?.infoCode;
  const words = new Map([
    [`${Rcode.NXDOMAIN}`, "allow"],
    [`${Rcode.REFUSED} 15`, "block"],
    [`${Rcode.NOERROR} 17`, "filter"],
  ]);
  const word = words.get([outcome.rcode, ...(code === undefined ? [] : [code])].join(" "));
  return [word ?? "else", !outcome.validity.isPerClient];
}

describe("acl", () => {
  it("does what the first line says that is about a query, and lets others pass", async () => {
    const instance = create([
      "allow net 192.0.2.1\nblock type A net 192.0.2.0/24\nfilter type AAAA net *\ndrop type MX",
    ]);
    const cases: [Asked, [string, boolean]][] = [
      [{}, ["allow", false]],
      [{ address: "192.0.2.2" }, ["block", false]],
      [{ address: "192.0.3.1" }, ["allow", false]],
      [{ address: "192.0.3.1", qtype: "AAAA" }, ["filter", false]],
      [{ address: "2001:db8::1", qtype: "MX" }, ["drop", false]],
      [{ address: "2001:db8::1", qtype: "TXT" }, ["allow", true]],
    ];
    for (const [asked, expected] of cases) expect(await ask(instance, asked)).toEqual(expected);
  });

  it.each<[string, readonly string[], Asked, [string, boolean]]>([
    ["a type that is blocked for all", ["block type ANY"], { qtype: "ANY" }, ["block", true]],
    ["other types then", ["block type ANY net 10.0.0.0/8"], {}, ["allow", true]],
    [
      "networks that are all allowed",
      ["allow net 10.0.0.0/8\nallow net 192.0.2.1"],
      {},
      ["allow", true],
    ],
    ["networks that are all blocked", ["block net 10.0.0.0/8\nblock"], {}, ["block", true]],
    ["what comes behind a line for all", ["filter\nblock net 192.0.2.1"], {}, ["filter", true]],
    ["names of other zones", ["b.test {\n block net 192.0.2.1\n}"], {}, ["allow", true]],
    [
      "names of its zone",
      ["a.test {\n block net 192.0.2.1\n}"],
      { qname: "x.A.test." },
      ["block", false],
    ],
    ["its zone for others", ["a.test {\n block net 10.0.0.1\n}"], {}, ["allow", false]],
    ["an allowing rule before one for all", ["a.test {\n allow\n}", "block"], {}, ["allow", true]],
    ["the next rule", ["a.test {\n allow net 10.0.0.1\n}", "block"], {}, ["block", false]],
    ["no rules", [""], {}, ["allow", true]],
    [
      "the same in two zones, counted apart",
      ["a.test {\n block net 10.0.0.1\n}", "block"],
      {},
      ["block", false],
    ],
  ])("says of %s whether all get the same", async (_what, bodies, asked, expected) => {
    expect(await ask(create(bodies), asked)).toEqual(expected);
  });

  it("is for the zones of the server block, where it names none", async () => {
    const instance = create(["block"], { zones: ["a.test."] });
    expect(await ask(instance, {})).toEqual(["block", true]);
    expect(await ask(instance, { qname: "b.test." })).toEqual(["allow", true]);
  });

  it("gives a failure that one client was allowed to see to nobody else", async () => {
    const failure = new QueryError(Rcode.SERVFAIL, "no upstream");
    const result = create(["block net 10.0.0.1"]).serve?.(testQuery("a.test."), () =>
      Promise.reject(failure),
    );
    await expect(result).rejects.toBe(failure);
    expect(failure.validity.isPerClient).toBe(true);
  });

  it("blocks who has no address that can be read, and says so", async () => {
    const { log, lines } = recordingLog();
    const instance = create(["allow net 10.0.0.1"], { log });
    const [word] = await ask(create(["allow net 10.0.0.1\nblock net 10.0.0.2"], { log }), {
      address: "?",
    });
    expect(word).toBe("block");
    expect(lines).toEqual(['error: Blocking query for "a.test.": cannot parse "?"']);
    expect((await ask(instance, { address: "fe80::1" }))[0]).toBe("allow");
  });

  it("counts what it does, also where the reply was a repeated one", async () => {
    const metrics = new Metrics();
    const bodies = ["b.test {\n block type A\n}", "filter type AAAA\ndrop type MX"];
    const instance = create(bodies, { metrics });
    for (const qtype of ["A", "AAAA", "MX"] as const) {
      for (const qname of ["x.b.test.", "a.test."]) {
        await ask(instance, { qname, qtype });
        const queries = { count: 10, qtype: RrType[qtype] } as RepeatedQueries;
        instance.observeRepeats?.(Name.parse(qname))?.countRepeats(queries);
      }
    }
    const text = await metrics.text();
    const server = 'server="dns://:53"';
    for (const line of [
      `coredns_acl_allowed_requests_total{${server},view=""} 11`,
      `coredns_acl_blocked_requests_total{${server},zone="b.test.",view=""} 11`,
      `coredns_acl_filtered_requests_total{${server},zone=".",view=""} 22`,
      `coredns_acl_dropped_requests_total{${server},zone=".",view=""} 22`,
    ]) {
      expect(text).toContain(`${line}\n`);
    }
  });
});
