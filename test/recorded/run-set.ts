import { isDeepStrictEqual } from "node:util";
import { parseMessage } from "../../src/dns/message.ts";
import { noArguments } from "../../src/corefile/arguments.ts";
import { plugins } from "../../src/plugins/index.ts";
import type { AnyPlugin, ServerHost } from "../../src/server/contract/plugin.ts";
import { definePlugin } from "../../src/server/contract/plugin.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import type { ZoneUpstream } from "../../src/testing/zone-upstream.ts";
import { startZoneUpstream } from "../../src/testing/zone-upstream.ts";
import type { Answer } from "./client.ts";
import { TestClient } from "./client.ts";
import type { DifferenceList } from "./deliberate-differences.ts";
import { readOurselves, readWithDns2, readWithDnsPacket } from "./independent-decoders.ts";
import { parseQuestion } from "./question.ts";
import type { Detail, RecordedAnswer } from "./recorded-answer.ts";
import { askTransfer, isTransfer } from "./transfer.ts";
import { describeAnswer } from "./recorded-answer.ts";

export interface RecordedCase extends RecordedAnswer {
  /** A line, see `parseQuestion`. */
  readonly q: string;
}

export interface RecordedSet {
  readonly name: string;
  /** With the placeholders of the reference. */
  readonly corefile: string;
  readonly cases: readonly RecordedCase[];
  readonly detail: Detail;
}

/** An answer that is neither the recorded one nor a deliberate difference. */
export interface Mismatch {
  readonly question: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

/** Placeholders in a Corefile besides `{{PORT}}` and `{{UPSTREAM}}`, and what they stand for. */
export type Placeholders = Readonly<Record<string, string>>;

/** Questions asked at the same time, where their order does not matter. */
const BATCH = 64;
/** The chain answers twice, then the answer table may. */
const REPETITIONS = 3;
/** Of so many packets, one is read with the other decoders too. */
const SAMPLE: Readonly<Record<Detail, number>> = { all: 1, cluster: 20 };

/** Asks a server all questions of a set. Questions of a cache are asked in turn, as they were. */
export async function runSet(
  set: RecordedSet,
  zone: string,
  placeholders: Placeholders,
  differences: DifferenceList,
): Promise<Mismatch[]> {
  const upstream = await startZoneUpstream(zone);
  try {
    const server = await startRecorded(set, upstream, placeholders);
    try {
      const mismatches = await askAll(set, server.port, differences);
      // Else nothing would have been said about the answers that are repeated.
      if (set.detail === "cluster" && set.cases.length > 100 && server.server.table.size < 50) {
        mismatches.push({ question: "all", expected: "in the table", actual: "not in the table" });
      }
      return mismatches;
    } finally {
      await server.stop();
    }
  } finally {
    await upstream.close();
  }
}

/**
 * Whether an answer is the expected one out of a cache: TTLs have begun to count down, and what was
 * forwarded has no AA any more.
 */
function isOlder(expected: unknown, actual: RecordedAnswer): boolean {
  const [before, after] = [withoutTtls(expected), withoutTtls(actual)];
  const isSame = before.text === after.text;
  const isForwarded = before.text.replace('"flags":"AA"', '"flags":""') === after.text;
  return (isSame || isForwarded) && after.longest <= before.longest;
}

/** An answer but for its TTLs, and the longest of these. */
function withoutTtls(answer: unknown): { text: string; longest: number } {
  let longest = 0;
  const text = JSON.stringify(answer, (_key, value: unknown) => {
    if (!Array.isArray(value)) return value;
    const lines = value.map((line: unknown) => {
      if (typeof line !== "string") return line;
      return line.replace(/ (\d+) IN /, (_match, ttl: string) => {
        longest = Math.max(longest, Number(ttl));
        return " TTL IN ";
      });
    });
    return lines.map(String).toSorted((a, b) => (a < b ? -1 : 1));
  });
  return { text, longest };
}

async function startRecorded(
  set: RecordedSet,
  upstream: ZoneUpstream,
  placeholders: Placeholders,
): Promise<TestServer> {
  let corefile = set.corefile.replaceAll("{{UPSTREAM}}", upstream.address);
  for (const [key, value] of Object.entries(placeholders))
    corefile = corefile.replaceAll(key, value);
  corefile = corefile.replaceAll(/^(\S.*\{\{PORT\}\}.*\{)$/gm, "$1\n  loopback");
  const hosts: ServerHost[] = [];
  const server = await startServer({ corefile, plugins: [...plugins, loopback(hosts)] });
  await becomeReady(hosts);
  return server;
}

/**
 * Keeps a server block to the loopback, and tells of the server that it is in. CoreDNS listened on all
 * addresses, and what it said of itself depends on that: so the other plugins, created before, see no choice.
 */
function loopback(hosts: ServerHost[]): AnyPlugin {
  return definePlugin({
    name: "loopback",
    parse: noArguments,
    create(_options, { host, settings }) {
      settings.listenOn.push("127.0.0.1");
      hosts.push(host);
      return {};
    },
  });
}

async function becomeReady(hosts: readonly ServerHost[]): Promise<void> {
  const reasons = (): string[] => {
    const instances = hosts.flatMap((host) => host.instances());
    // Readiness is one of the things that erratic is erratic in.
    return instances
      .filter(({ plugin }) => plugin !== "erratic")
      .flatMap(({ instance }) => instance.notReady?.() ?? []);
  };
  await until(() => reasons().length === 0);
}

/** Asks whoever listens on the port all questions of a set. */
export async function askAll(
  { name, corefile, cases, detail }: RecordedSet,
  port: number,
  differences: DifferenceList,
): Promise<Mismatch[]> {
  const client = await TestClient.connect(port);
  const mismatches: Mismatch[] = [];
  const isOrdered = /^\s*cache\b/m.test(corefile);
  const batch = isOrdered ? 1 : BATCH;
  // What a cache says the second time was recorded where it matters.
  const isCached = isOrdered && detail === "cluster";
  const repetitions = isOrdered && detail === "all" ? 1 : REPETITIONS;
  for (let start = 0; start < cases.length; start += batch) {
    const found = cases.slice(start, start + batch).map(async (recorded, i) => {
      const isSampled = (start + i) % SAMPLE[detail] === 0;
      const { q: question, ...expected } = recorded;
      const own = differences.expected(name, question, expected);
      for (let times = 0; times < repetitions; times++) {
        const { answer, actual } = await askCase(client, port, question, detail);
        const isSame = isDeepStrictEqual(own, actual) || (isCached && isOlder(own, actual));
        if (!isSame) mismatches.push({ question, expected: own, actual });
        if (isSampled && answer) mismatches.push(...readIndependently(question, answer));
      }
    });
    await Promise.all(found);
  }
  client.close();
  return mismatches;
}

/** Cluster answers were recorded over TCP if they did not fit UDP. */
async function askCase(
  client: TestClient,
  port: number,
  line: string,
  detail: Detail,
): Promise<{ answer?: Answer; actual: RecordedAnswer }> {
  const question = parseQuestion(line);
  if (isTransfer(question)) return { actual: await askTransfer(port, question, detail) };
  let answer = await client.ask(question);
  const isTruncated = ((answer.packet?.readUInt8(2) ?? 0) & 0x02) !== 0;
  if (detail === "cluster" && isTruncated) answer = await client.ask({ ...question, isTcp: true });
  return { answer, actual: describeAnswer(answer, detail) };
}

function readIndependently(question: string, { packet }: Answer): Mismatch[] {
  const message = packet && parseMessage(packet);
  if (!message) return [];
  const own = readOurselves(message);
  const others = [readWithDns2(packet), readWithDnsPacket(packet)];
  return others
    .filter((reading) => !isDeepStrictEqual(own, reading))
    .map((reading) => ({ question, expected: reading, actual: own }));
}
