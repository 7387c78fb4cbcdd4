import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";
import { TableBench } from "./table-bench.ts";

const MANIFESTS = join(import.meta.dirname, "../recorded/data/harbor.yaml");
const TEMPLATE = `template IN A out.example {\n answer "{{ .Name }} 60 IN A 192.0.2.9"\n }`;
const QUESTIONS = [
  "kubernetes.default.svc.cluster.local A",
  "kubernetes.default.svc.cluster.local A +edns",
  "kubernetes.default.svc.cluster.local AAAA +do",
  "absent.default.svc.cluster.local A",
  "x.out.example A",
  "kubernetes.default.svc.cluster.local TYPE300 +cd",
];

/** Prometheus's text without help, and without what no two runs have in common. */
async function numbers(bench: TableBench): Promise<string[]> {
  const text = await bench.metrics.text();
  const lines = text.split("\n").filter((line) => {
    return /^coredns_(dns|cache)_/.test(line) && !/duration_seconds_(sum|bucket)/.test(line);
  });
  // Time series stand in the order in which they began.
  return lines.toSorted();
}

async function run(
  corefile: string,
  viaTable: boolean,
): Promise<{ numbers: string[]; hits: number }> {
  const bench = await TableBench.open(corefile);
  await bench.ready();
  let hits = 0;
  for (let round = 0; round < 40; round++) {
    for (const [i, line] of QUESTIONS.entries()) {
      const packet = encodeQuestion(parseQuestion(line), round);
      const address = (round + i) % 3 === 0 ? "2001:db8::1" : "192.0.2.1";
      bench.transport = (round + i) % 5 === 0 ? "tcp" : "udp";
      if (viaTable && bench.askTable(packet, address)) hits++;
      else await bench[viaTable ? "ask" : "askChain"](packet, address);
    }
  }
  const counted = await numbers(bench);
  await bench.close();
  return { numbers: counted, hits };
}

describe("the same traffic gives the same numbers with the table and without", () => {
  afterEach(() => vi.restoreAllMocks());

  it.each([
    ["cache 30", 30 * 6],
    ["", 30 * 6],
    ["cache 30 {\n prefetch 5 1m 50%\n }", 30 * 6],
  ])("with %s", async (cache, atLeast) => {
    const corefile = `.:53 {
      errors
      prometheus 127.0.0.1:0
      ${cache}
      loadbalance
      ${TEMPLATE}
      kubernetes cluster.local {
        manifests ${MANIFESTS}
      }
    }`;
    const withTable = await run(corefile, true);
    const without = await run(corefile, false);
    expect(withTable.numbers).toEqual(without.numbers);
    expect(without.hits).toBe(0);
    expect(withTable.hits).toBeGreaterThan(atLeast);
  });

  it("and each hit has a duration", async () => {
    const bench = await TableBench.open(`.:53 {
      prometheus 127.0.0.1:0
      kubernetes cluster.local {
        manifests ${MANIFESTS}
      }
    }`);
    await bench.ready();
    const packet = encodeQuestion(parseQuestion("kubernetes.default.svc.cluster.local A"), 1);
    let nowMs = 5_000;
    // Each look at the clock takes half a millisecond: so does each hit.
    vi.spyOn(performance, "now").mockImplementation(() => (nowMs += 0.5));
    for (let i = 0; i < 10; i++) await bench.ask(packet);
    const text = await bench.metrics.text();
    await bench.close();
    const bucket = (le: string): string =>
      new RegExp(`duration_seconds_bucket\\{le="${le}",[^}]*\\} (\\d+)`).exec(text)?.[1] ?? "";
    expect(bucket("0.00025")).toBe("0");
    expect(bucket("0.0005")).toBe("10");
    expect(/duration_seconds_sum\{[^}]*\} (\S+)/.exec(text)?.[1]).toBe("0.005");
    expect(/duration_seconds_count\{[^}]*\} (\d+)/.exec(text)?.[1]).toBe("10");
  });
});
