import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { Message } from "../../src/dns/message.ts";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import type { ResourceRecord } from "../../src/dns/resource-record.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { testCount } from "../test-count.ts";
import { TableBench } from "./table-bench.ts";

const MANIFESTS = join(import.meta.dirname, "../recorded/data/harbor.yaml");
const ZONES = "cluster.local in-addr.arpa ip6.arpa";
const HOSTS = "hosts /does/not/exist {\n 192.0.2.1 a.example\n 192.0.2.2 a.example b.example\n }";

const cluster = `kubernetes ${ZONES} {\n manifests ${MANIFESTS}\n pods insecure\n fallthrough\n }`;
const corefiles: Readonly<Record<string, string>> = {
  "kubernetes alone": `.:53 {\n ${cluster}\n }`,
  "all that the default Corefile has": `.:53 {\n errors\n loop\n cache 30\n loadbalance\n ${cluster}\n }`,
  "hosts before kubernetes": `.:53 {\n loadbalance\n ${HOSTS.replace("\n }", "\n fallthrough\n }")}\n ${cluster}\n }`,
};

const NAMES = [
  "crane.harbor.svc.cluster.local",
  "kubernetes.default.svc.cluster.local",
  "absent.default.svc.cluster.local",
  "kubernetes.default.svc.cluster.local.default.svc.cluster.local",
  "default.svc.cluster.local",
  "svc.cluster.local",
  "cluster.local",
  "10-0-0-1.default.pod.cluster.local",
  "_https._tcp.kubernetes.default.svc.cluster.local",
  "ns.dns.cluster.local",
  "1.0.96.10.in-addr.arpa",
  "dns-version.cluster.local",
  "a.example",
  "b.example",
  "unknown.example",
  "example",
];
/** Of each property. */
const QUESTIONS = testCount(500, 1_500);
const TYPES = ["A", "AAAA", "SRV", "PTR", "TXT", "SOA", "NS", "ANY", "CNAME", "MX", "HTTPS"];
const OPTIONS = ["", "+edns", "+do", "+bufsize=700", "+bufsize=60", "+cd", "+norec", "+do +cd"];

/** A question with the case of some letters changed, and sometimes AD. */
const questions = fc.record({
  name: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...NAMES) },
    { weight: 1, arbitrary: fc.domain() },
  ),
  type: fc.constantFrom(...TYPES),
  options: fc.constantFrom(...OPTIONS),
  capitals: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(0xffff)),
  ad: fc.boolean(),
  id: fc.nat(0xffff),
});
type RandomQuestion = typeof questions extends fc.Arbitrary<infer T> ? T : never;

function encode({ name, type, options, capitals, ad, id }: RandomQuestion): Buffer {
  let mixed = "";
  for (let i = 0; i < name.length; i++) {
    const letter = name.charAt(i);
    mixed += ((capitals >> (i % 16)) & 1) === 1 ? letter.toUpperCase() : letter;
  }
  const packet = encodeQuestion(parseQuestion(`${mixed} ${type} ${options}`.trim()), id);
  if (ad) packet.writeUInt8(packet.readUInt8(3) | 0x20, 3);
  return packet;
}

/** A reply in words, with addresses in a fixed order. */
function normalized(packet: Buffer | undefined): unknown {
  const message = packet && parseMessage(packet);
  if (!message) return packet?.toString("hex");
  const { id, flags, rcode, question, edns } = message;
  return { id, flags, rcode, question, edns, ...sections(message) };
}

function sections({ answer, authority, additional }: Message): object {
  return {
    answer: sorted(answer),
    authority: sorted(authority),
    additional: sorted(additional),
  };
}

function sorted(records: readonly ResourceRecord[]): string[] {
  const isAddress = ({ type }: ResourceRecord): boolean =>
    type === RrType.A || type === RrType.AAAA;
  const others = records.filter((record) => !isAddress(record));
  const addresses = records.filter(isAddress);
  return [...others.map(formatRecord), ...addresses.map(formatRecord).toSorted()];
}

const cases = Object.entries(corefiles).flatMap(([what, corefile]) =>
  (["udp", "tcp"] as const).map((transport) => ({ what, transport, corefile })),
);

describe.each(cases)("with $what, over $transport", ({ transport, corefile }) => {
  let bench: TableBench;
  let nowMs = 1_000_000;
  beforeAll(async () => {
    vi.spyOn(performance, "now").mockImplementation(() => nowMs);
    bench = await TableBench.open(corefile);
    bench.transport = transport;
    await bench.ready();
  });
  afterAll(async () => {
    await bench.close();
    vi.restoreAllMocks();
  });

  it("the table answers any question as the chain does, but for the order of addresses", async () => {
    let hits = 0;
    const seconds = fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat(9));
    await fc.assert(
      fc.asyncProperty(questions, seconds, async (question, later) => {
        nowMs += later * 700;
        const packet = encode(question);
        await bench.ask(packet);
        await bench.ask(packet);
        const told = await bench.askChain(packet);
        const hit = bench.askTable(packet);
        if (hit) hits++;
        expect(normalized(await bench.ask(packet))).toEqual(normalized(told));
        expect(normalized(hit ?? told)).toEqual(normalized(told));
      }),
      { numRuns: QUESTIONS, endOnFailure: true },
    );
    expect(hits).toBeGreaterThan((QUESTIONS * 4) / 15);
  });

  it("a broken packet never makes it throw, nor say what the chain would not", async () => {
    const mutations = fc.array(fc.tuple(fc.nat(80), fc.nat(255)), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(questions, mutations, fc.integer({ min: -9, max: 9 }), async (...parts) => {
        const [question, changes, tail] = parts;
        const packet = encode(question);
        await bench.ask(packet);
        await bench.ask(packet);
        const broken = Buffer.alloc(Math.max(0, packet.length + tail));
        packet.copy(broken);
        for (const [at, octet] of changes) if (at < broken.length) broken[at] = octet;
        const hit = bench.askTable(broken);
        const told = hit && normalized(await bench.askChain(broken));
        expect(hit && normalized(hit)).toEqual(told);
      }),
      { numRuns: QUESTIONS, endOnFailure: true },
    );
  });
});
