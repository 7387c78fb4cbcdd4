import { afterEach, describe, expect, it } from "vitest";
import { clientSubnetOption } from "../../src/dns/edns.ts";
import type { EdnsOption } from "../../src/dns/edns.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { encodeReply } from "../../src/server/pipeline/encode-reply.ts";
import { readQuery } from "../../src/server/contract/query.ts";
import { Reply } from "../../src/server/contract/reply.ts";
import type { FakeUpstream } from "../../src/testing/fake-upstream.ts";
import { startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import { records, testQuery } from "../../src/testing/query.ts";
import { Request } from "../../src/upstream/request.ts";
import { TableBench } from "./table-bench.ts";

const endings: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

/** Says in a TXT record which options came with the question. */
async function startUpstream(): Promise<FakeUpstream> {
  const upstream = await startFakeUpstream(({ packet, reply: send }) => {
    const { client } = testQuery(".");
    const received = readQuery(packet, client);
    if (!received) return;
    const { qname, options } = received.query;
    const said = options.map(({ code, data }) => `${code}=${data.toString("hex")}`).join(" ");
    const reply = Reply.authoritative(records(`${qname.toString()} 60 IN TXT "${said}"`));
    // With a subnet comes the scope of the answer (RFC 7871 §7.2.1).
    reply.options = options.filter(({ code }) => code === 8);
    send(encodeReply(received.query, reply));
  });
  endings.push(upstream.close);
  return upstream;
}

async function open(lines: string): Promise<{ bench: TableBench; upstream: FakeUpstream }> {
  const upstream = await startUpstream();
  const corefile = `.:53 {\n cache 60\n ${lines.replaceAll("UPSTREAM", upstream.address)}\n}`;
  const bench = await TableBench.open(corefile);
  endings.push(() => bench.close());
  return { bench, upstream };
}

function question(name: string, options?: readonly EdnsOption[]): Buffer {
  const { qname, qclass } = testQuery(name);
  const edns = options && { dnssecOk: false, options };
  return new Request({ qname, qtype: RrType.TXT, qclass, flags: 0x100, edns }).packet(7);
}

/** What the upstream knew, and the codes that the client sees. */
async function ask(
  bench: TableBench,
  name: string,
  options?: readonly EdnsOption[],
  address?: string,
): Promise<string> {
  const reply = await bench.ask(question(name, options), address);
  const message = reply && parseMessage(reply);
  const text = message?.answer.map(formatRecord)[0]?.split(" ").slice(4).join(" ");
  const seen = message?.edns?.options.map(({ code }) => code) ?? [];
  return [text, ...seen].join(" ");
}

const subnet = (last: number): EdnsOption =>
  clientSubnetOption({
    family: 1,
    sourcePrefixLength: 24,
    scopePrefixLength: 0,
    address: Buffer.from([192, 0, last]),
  });
const local: EdnsOption = { code: 65_001, data: Buffer.from("a") };
const cookie: EdnsOption = { code: 10, data: Buffer.alloc(8, 1) };

describe("what a client sends", () => {
  it("stays at home where forward is not told to pass it on", async () => {
    const { bench, upstream } = await open("forward . UPSTREAM");
    for (let i = 0; i < 3; i++) expect(await ask(bench, "a.", [subnet(2), local])).toBe('""');
    expect(upstream.received).toHaveLength(1);
  });

  it.each([
    ["subnet", "8=00011800c00002 8"],
    ["local", "65001=61"],
    ["65001 8", "8=00011800c00002 65001=61 8"],
  ])("goes on with client_options %s, for that client alone", async (names, expected) => {
    const { bench, upstream } = await open(`forward . UPSTREAM {\n client_options ${names}\n }`);
    const [text = "", ...codes] = expected.split(/ (?=8$)/);
    const said = [`"${text}"`, ...codes].join(" ");
    expect(await ask(bench, "a.")).toBe('""');
    for (let i = 0; i < 3; i++)
      expect(await ask(bench, "a.", [subnet(2), local, cookie])).toBe(said);
    // Nor does it come to those who send nothing, who have an answer of their own.
    for (let i = 0; i < 3; i++) expect(await ask(bench, "a.")).toBe('""');
    expect(upstream.received).toHaveLength(4);
  });

  it("goes to the upstreams of those alone who are told so", async () => {
    const { bench } = await open(
      "forward a. UPSTREAM\n forward . UPSTREAM {\n client_options subnet\n }",
    );
    expect(await ask(bench, "x.a.", [subnet(2)])).toBe('""');
    expect(await ask(bench, "x.b.", [subnet(2)])).toBe('"8=00011800c00002" 8');
  });

  it("can be taken off, or written over, by rewrite", async () => {
    const forward = "forward . UPSTREAM {\n client_options subnet\n }";
    const { bench } = await open(`rewrite edns0 subnet unset\n ${forward}`);
    expect(await ask(bench, "a.", [subnet(2)])).toBe('""');
    const other = await open(`rewrite edns0 subnet replace 16 48\n ${forward}`);
    expect(await ask(other.bench, "a.", [subnet(2)])).toBe('"8=000110007f00" 8');
    expect(await ask(other.bench, "a.")).toBe('""');
  });
});

describe("what rewrite sets", () => {
  it("goes out, and is kept with its answer", async () => {
    const { bench, upstream } = await open("rewrite edns0 local set 0xffee a\n forward . UPSTREAM");
    for (let i = 0; i < 4; i++) expect(await ask(bench, "a.")).toBe('"65518=61"');
    expect(bench.askTable(question("a."))).toBeDefined();
    expect(upstream.received).toHaveLength(1);
  });

  it("is kept apart from the same question without it", async () => {
    const { bench, upstream } = await open(
      "rewrite name exact x. a.\n rewrite edns0 local set 0xffee a\n forward . UPSTREAM",
    );
    for (let i = 0; i < 4; i++) {
      expect(await ask(bench, "x.")).toBe('""');
      expect(await ask(bench, "a.")).toBe('"65518=61"');
    }
    expect(upstream.received).toHaveLength(2);
  });

  it("of a client is that client's alone", async () => {
    const { bench, upstream } = await open("rewrite edns0 subnet set 24 56\n forward . UPSTREAM");
    for (let i = 0; i < 3; i++) {
      expect(await ask(bench, "a.", undefined, "192.0.2.1")).toBe('"8=00011800c00002"');
      expect(await ask(bench, "a.", undefined, "2001:db8::1")).toBe('"8=0002380020010db8000000"');
    }
    expect(upstream.received).toHaveLength(6);
    expect(bench.table.size).toBe(0);
  });

  it("is shared by those who ask at once for the same client, and by no other", async () => {
    const { bench, upstream } = await open("rewrite edns0 subnet set 24 56\n forward . UPSTREAM");
    const addresses = ["192.0.2.1", "192.0.2.2", "198.51.100.1"];
    const said = await Promise.all(addresses.map((one) => ask(bench, "a.", undefined, one)));
    expect(said).toEqual(['"8=00011800c00002"', '"8=00011800c00002"', '"8=00011800c63364"']);
    expect(upstream.received).toHaveLength(2);
  });
});

it("the octets of a client's options may go before the query does", async () => {
  const { bench } = await open("forward . UPSTREAM {\n client_options subnet\n }");
  const packet = question("a.", [subnet(2)]);
  const reply = bench.ask(packet);
  packet.fill(0);
  const message = parseMessage((await reply) as Buffer);
  expect(message?.answer.map(formatRecord)).toEqual(['a. 60 IN TXT "8=00011800c00002"']);
});
