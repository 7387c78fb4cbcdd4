import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Next, ServerHost } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { ask, passedOn, testQuery } from "../../testing/query.ts";
import { loop } from "./index.ts";
import { LoopDetector } from "./loop-detector.ts";

/** A server whose chain is the plugin and, behind it, whatever `upstream` is. */
class Bench {
  readonly probes: Query[] = [];
  readonly fatal: string[] = [];
  isServing = true;
  readonly detector: LoopDetector;

  constructor(upstream: (bench: Bench, query: Query) => Reply | Promise<Reply>, zone = ".") {
    const next: Next = (query) => {
      this.probes.push(query);
      return upstream(this, query);
    };
    const host: Partial<ServerHost> = {
      isServing: () => this.isServing,
      resolve: (query) => this.detector.serve(query, next),
      fatal: (message) => void this.fatal.push(message),
    };
    this.detector = new LoopDetector(testContext({ zones: [zone], host }));
    this.detector.start();
  }

  /** What the socket does with a query that somebody sends us. */
  receive(question: Query): string {
    const query = testQuery(question.qname.toString(), "HINFO", { address: "192.0.2.9", port: 9 });
    const result = this.detector.serve(query, passedOn);
    if (!(result instanceof Reply)) throw new TypeError("no reply at once");
    return result.rcode === Rcode.SERVFAIL ? "stopped" : "passed on";
  }
}

/** An upstream that forwards to us, and passes on what we say. */
async function looping(bench: Bench, query: Query): Promise<Reply> {
  await Promise.resolve();
  bench.receive(query);
  return new Reply(Rcode.SERVFAIL);
}

function answering(): Reply {
  return new Reply(Rcode.NXDOMAIN);
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("loop", () => {
  it("ends the process, in CoreDNS's words, when probes come back", async () => {
    const bench = new Bench(looping, "example.org.");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bench.fatal).toEqual([
      expect.stringMatching(
        /^Loop \(192\.0\.2\.9:9 -> :53\) detected for zone "example\.org\.", see https:\/\/coredns\.io\/plugins\/loop#troubleshooting\. Query: "HINFO \d+\.\d+\.example\.org\."$/,
      ),
    ]);
    expect(new Set(bench.probes.map(({ qname }) => qname.key)).size).toBe(2);
  });

  it("asks once where there is no loop", async () => {
    const bench = new Bench(answering);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.probes).toHaveLength(1);
    expect(bench.fatal).toEqual([]);
  });

  it("waits until the sockets are open", async () => {
    const bench = new Bench(looping);
    bench.isServing = false;
    await vi.advanceTimersByTimeAsync(5_000);
    expect(bench.probes).toEqual([]);
    bench.isServing = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(bench.fatal).toHaveLength(1);
  });

  it("asks again every second, for 30 s, while there is no answer", async () => {
    const bench = new Bench(() => Promise.reject(new Error("nobody there")));
    await vi.advanceTimersByTimeAsync(120_000);
    expect(bench.probes).toHaveLength(30);
    expect(new Set(bench.probes.map(({ qname }) => qname.key)).size).toBe(30);
  });

  it("takes no notice of a probe that somebody replays", async () => {
    const bench = new Bench(answering);
    await vi.advanceTimersByTimeAsync(200);
    const [probe] = bench.probes;
    const replayed = [1, 2, 3, 4].map(() => (probe ? bench.receive(probe) : ""));
    expect(replayed).toEqual(["passed on", "passed on", "passed on", "passed on"]);
    expect(bench.fatal).toEqual([]);
  });

  it("wants more than one probe to come back, however often the one does", async () => {
    let isReplaying = true;
    const bench = new Bench(async (bench, query) => {
      const times = isReplaying ? 5 : 0;
      isReplaying = false;
      for (let i = 0; i < times; i++) bench.receive(query);
      return answering();
    });
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.fatal).toEqual([]);
  });

  it("finds a loop that only some of the upstreams make", async () => {
    let count = 0;
    const bench = new Bench((bench, query) => {
      return count++ % 3 === 0 ? looping(bench, query) : answering();
    });
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bench.fatal).toHaveLength(1);
  });

  it("lets all other questions pass", async () => {
    const bench = new Bench(() => new Promise<Reply>(() => {}), "example.org.");
    await vi.advanceTimersByTimeAsync(200);
    const [probe] = bench.probes;
    const qname = probe?.qname.toString() ?? "";
    const questions = [testQuery(qname, "A"), testQuery("1.2.example.org.", "HINFO")];
    for (const query of questions) {
      expect((await ask(bench.detector, query)).rcode).toBe("BADTRUNC");
    }
    bench.detector.stop();
    expect((await ask(bench.detector, testQuery(qname, "HINFO"))).rcode).toBe("BADTRUNC");
  });

  it("does not ask below a zone that leaves no room for a random name", async () => {
    const label = "x".repeat(60);
    const bench = new Bench(looping, `${label}.${label}.${label}.${label}.`);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.probes).toEqual([]);
  });

  it("takes no arguments and no body", () => {
    expect(() => loop.parse(testDirective("loop 1"))).toThrow("takes no argument");
    expect(() => loop.parse(testDirective("loop {\n}"))).toThrow("has no properties");
  });
});
