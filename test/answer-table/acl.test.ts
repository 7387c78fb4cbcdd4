import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { noArguments } from "../../src/corefile/arguments.ts";
import { Rcode, formatRcode } from "../../src/dns/iana/rcode.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { plugins } from "../../src/plugins/index.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import { QueryError } from "../../src/server/contract/query-error.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import { Validity } from "../../src/server/contract/validity.ts";
import { records } from "../../src/testing/query.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

/** A forwarder: it knows every name but those of `bad` names. */
const forwarder = definePlugin({
  name: "whoami",
  parse: noArguments,
  create: () => ({
    passable: true,
    serve: async ({ qname, qtype }) => {
      const owner = qname.toString().toLowerCase();
      if (owner.includes("bad")) throw new QueryError(Rcode.SERVFAIL, "Cannot reach upstream");
      const reply = new Reply(Rcode.NOERROR, 0, Validity.once);
      reply.isForwarded = true;
      const data = qtype === 1 ? "A 192.0.2.1" : "AAAA 2001:db8::1";
      reply.answer = records(`${owner} 300 IN ${data}`);
      return reply;
    },
  }),
});
const list = plugins.map((plugin) => {
  return typeof plugin !== "string" && plugin.name === "whoami" ? forwarder : plugin;
});

const CLIENTS = ["10.0.0.1", "10.0.0.2", "10.9.0.1", "2001:db8::1"];
const NETWORKS = ["10.0.0.1", "10.0.0.0/24", "10.0.0.0/8", "2001:db8::/32", "*"];
const NAMES = ["web.shop.test", "bad.shop.test", "outside.test", "alias.test", "both.test"];
const ZONES = ["shop.test", "test", "."];

const line = fc.record({
  action: fc.constantFrom("allow", "block", "filter", "drop"),
  type: fc.constantFrom("", " type A", " type AAAA"),
  networks: fc.array(fc.constantFrom(...NETWORKS), { maxLength: 2 }),
});
const rule = fc.record({
  zone: fc.constantFrom(...ZONES),
  lines: fc.array(line, { maxLength: 3 }),
});
const question = fc.record({
  name: fc.constantFrom(...NAMES),
  type: fc.constantFrom("A", "AAAA"),
  client: fc.constantFrom(...CLIENTS),
  transport: fc.constantFrom("udp" as const, "tcp" as const),
});

type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;
type Question = typeof question extends fc.Arbitrary<infer T> ? T : never;

function corefile(rules: readonly Rule[]): string {
  const directives = rules.map(({ zone, lines }) => {
    const text = lines.map(({ action, type, networks }) => {
      return `${action}${type}${networks.length > 0 ? ` net ${networks.join(" ")}` : ""}`;
    });
    return `acl ${zone} {\n${text.join("\n")}\n}`;
  });
  // Aliases are followed through the whole server, acl included, and kept behind it.
  const target = 'answer "{{ .Name }} 300 IN CNAME web.shop.test."';
  const alias = `template IN ANY alias.test {\n ${target}\n}`;
  // An answer that a cache keeps also where nothing is said of the target.
  const address = 'answer "{{ .Name }} 300 IN A 192.0.2.9"';
  const other = 'answer "other.test. 300 IN CNAME web.shop.test."';
  const both = `template IN A both.test {\n ${address}\n ${other}\n}`;
  return `.:53 {\n${directives.join("\n")}\ncache 300\n${alias}\n${both}\nwhoami\n}`;
}

async function say(
  bench: TableBench,
  { name, type, client, transport }: Question,
): Promise<string> {
  bench.transport = transport;
  const packet = await bench.ask(encodeQuestion(parseQuestion(`${name} ${type} +edns`), 1), client);
  const message = packet && parseMessage(packet);
  if (!message) return "none";
  const lines = message.answer.map((record) => formatRecord(record).replace(/ \d+ IN /, " "));
  // A failure out of the cache says so (Cached Error, 13); it is the same failure.
  const codes = message.edns?.options.map(({ data }) => data.toString("hex")) ?? [];
  return [
    formatRcode(message.rcode),
    ...lines.toSorted(),
    ...codes.filter((code) => code !== "000d"),
  ].join(" | ");
}

let open: TableBench[] = [];
afterEach(async () => {
  for (const bench of open) await bench.close();
  open = [];
});

async function start(text: string): Promise<TableBench> {
  const bench = await TableBench.open(text, list);
  open.push(bench);
  return bench;
}

describe("with acl in front of a cache and a forwarder", () => {
  it("each client gets what it would get of a server that nobody else has asked", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(rule, { minLength: 1, maxLength: 3 }),
        fc.array(question, { minLength: 1, maxLength: 12 }),
        async (rules, questions) => {
          const text = corefile(rules);
          const bench = await start(text);
          const alone = new Map<string, string>();
          // The fourth time, table and cache have all that they may have.
          for (let round = 0; round < 4; round++) {
            for (const asked of questions) {
              const key = JSON.stringify(asked);
              if (!alone.has(key)) {
                const fresh = await start(text);
                alone.set(key, await say(fresh, asked));
                await open.pop()?.close();
              }
              expect(await say(bench, asked)).toBe(alone.get(key));
            }
          }
          await open.pop()?.close();
        },
      ),
      { numRuns: 40 },
    );
  });

  it("keeps apart what it says of an alias to those who may not ask for its target", async () => {
    for (const action of ["drop", "block", "filter"]) {
      const lines = [{ action, type: "" as const, networks: ["10.0.0.1"] }] as Rule["lines"];
      const bench = await start(corefile([{ zone: "shop.test", lines }]));
      const asked = { name: "both.test", type: "A", transport: "udp" } as const;
      for (let i = 0; i < 3; i++) {
        expect(await say(bench, { ...asked, client: "10.0.0.1" })).not.toContain("192.0.2.1");
        expect(await say(bench, { ...asked, client: "10.9.0.1" })).toContain("192.0.2.1");
      }
    }
  });

  it("repeats the replies of questions that nobody's address makes a difference to", async () => {
    const bench = await start(
      corefile([
        { zone: "shop.test", lines: [{ action: "block", type: "", networks: ["10.0.0.0/24"] }] },
        { zone: ".", lines: [{ action: "filter", type: " type AAAA", networks: [] }] },
      ]),
    );
    const repeated = async (
      name: string,
      type: Question["type"],
      client: string,
    ): Promise<boolean> => {
      const asked = { name, type, client, transport: "udp" as const };
      for (let i = 0; i < 4; i++) await say(bench, asked);
      const packet = encodeQuestion(parseQuestion(`${name} ${type} +edns`), 1);
      return bench.askTable(packet, "2001:db8::7") !== undefined;
    };
    expect(await repeated("outside.test", "A", "10.0.0.1")).toBe(true);
    expect(await repeated("outside.test", "AAAA", "10.0.0.1")).toBe(true);
    expect(await repeated("web.shop.test", "A", "10.9.0.1")).toBe(false);
    expect(await repeated("web.shop.test", "A", "10.0.0.1")).toBe(false);
    const text = await bench.metrics.text();
    // Outside, by one client and then out of the table; in the zone, by the client that may ask.
    const counted = /coredns_acl_allowed_requests_total\{.*\} (\d+)/.exec(text)?.[1];
    expect(Number(counted)).toBe(4 + 1 + 4);
  });
});
