import type { TestContext } from "vitest";
import { afterEach, describe, expect, it } from "vitest";
import type { FakeUpstream, ReceivedQuery } from "../../src/testing/fake-upstream.ts";
import { answerTo, startFakeUpstream } from "../../src/testing/fake-upstream.ts";
import type { Bench } from "../../src/testing/upstream-bench.ts";
import { clientTls, openBench, request } from "../../src/testing/upstream-bench.ts";
import type { Program, Running } from "./dns-program.ts";
import { programs, startProgram } from "./dns-program.ts";

/**
 * The servers that people have, asked over connections. They ask an origin of ours, which holds
 * back what is called slow until the test lets go of it: what is answered before that did not wait
 * for it.
 */
/** Far longer than anything takes; what is lost all the same, a busy machine being short of room, is asked again. */
const PATIENCE_MS = 10_000;

interface Stage {
  readonly bench: Bench;
  readonly held: ReceivedQuery[];
  /** Answers what was held back. */
  readonly release: () => void;
  readonly askAll: (what: string, count: number) => Promise<string[]>;
}

const endings: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
});

async function open(program: Program, overTls: boolean): Promise<Stage> {
  const held: ReceivedQuery[] = [];
  const state = { isReleased: false };
  const answer = (query: ReceivedQuery): void => {
    if (!state.isReleased && query.packet.includes("slow")) held.push(query);
    else query.reply(answerTo(query.packet));
  };
  const origin: FakeUpstream = await startFakeUpstream(answer);
  endings.push(origin.close);
  const running: Running = await startProgram(program, origin.port);
  endings.push(running.stop);
  const bench = await openBench(() => {}, {
    overTcp: true,
    port: overTls ? running.tlsPort : running.port,
    settings: { readTimeoutMs: PATIENCE_MS, setupTimeoutMs: PATIENCE_MS },
    ...(overTls ? { tls: clientTls } : {}),
  });
  endings.push(bench.close);
  /** Asks again where the program has ended the connection or lost the query, as *forward* does. */
  const ask = async (name: string, attempts = 6): Promise<string> => {
    const deadlineMs = performance.now() + PATIENCE_MS;
    try {
      const { rcode, answer } = await bench.upstream.exchange(request(name), true, deadlineMs);
      return `${rcode} ${answer.map(({ rdata }) => rdata.join(".")).join(" ")}`;
    } catch (error) {
      const isLost = /connection (closed|reset)|timeout/.test(String(error));
      return isLost && attempts > 1 ? ask(name, attempts - 1) : String(error);
    }
  };
  const askAll = (what: string, count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, (_, i) => ask(`${what}${i}.example.org.`)));
  const release = (): void => {
    state.isReleased = true;
    for (const { packet, reply } of held.splice(0)) reply(answerTo(packet));
  };
  return { bench, held, release, askAll };
}

const answers = (count: number): string[] => Array.from({ length: count }, () => "0 192.0.2.1");

const cases = programs.flatMap((program) => [
  { name: `${program.name} over TCP`, program, overTls: false },
  ...(program.hasTls ? [{ name: `${program.name} over TLS`, program, overTls: true }] : []),
]);

describe.each(cases)("$name", ({ program, overTls }) => {
  const isRequired = program.isPackaged && process.env["REQUIRE_DNS_TOOLS"] === "1";
  const skipIfMissing = ({ skip }: TestContext): void => {
    skip(program.path === undefined && !isRequired, `${program.name} is not installed`);
  };

  it("answers while other names wait for their own servers", async (context) => {
    skipIfMissing(context);
    const { askAll, release } = await open(program, overTls);
    // Whether these still come, when they may, is up to the program's patience.
    const slow = [askAll("slow", 1)];
    expect(await askAll("first", 12)).toEqual(answers(12));
    slow.push(askAll("slow-too", 3));
    for (let i = 0; i < 5; i++) expect(await askAll(`next${i}-`, 12)).toEqual(answers(12));
    release();
    const ends = (await Promise.all(slow)).flat();
    expect(ends.filter((end) => !/^0 192\.0\.2\.1$|timeout/.test(end))).toEqual([]);
    expect(ends).toHaveLength(4);
  });

  it("answers a thousand queries, a hundred at once", async (context) => {
    skipIfMissing(context);
    const { askAll } = await open(program, overTls);
    for (let i = 0; i < 10; i++) expect(await askAll(`n${i}-`, 100)).toEqual(answers(100));
  });
});
