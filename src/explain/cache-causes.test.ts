import { afterEach, describe, expect, it, vi } from "vitest";
import type { FakeUpstream } from "../testing/fake-upstream.ts";
import { answerTo, emptyReplyTo, replyTo, startFakeUpstream } from "../testing/fake-upstream.ts";
import { ExplainBench } from "./explain-bench.cases.ts";

const SOA = "example.org. 60 IN SOA ns.example.org. host.example.org. 1 2 3 4 30";
const REQUEST = { name: "www.example.org.", type: "A" };

type Says = "there" | "not there" | "failure";

let upstream: FakeUpstream;
let bench: ExplainBench;
let says: Says;
afterEach(async () => {
  vi.restoreAllMocks();
  await bench.close();
  await upstream.close();
});

async function open(options = ""): Promise<void> {
  upstream = await startFakeUpstream(({ packet, reply }) => {
    if (says === "there") reply(answerTo(packet, "192.0.2.7"));
    else if (says === "failure") reply(emptyReplyTo(packet, 2));
    else reply(replyTo(packet, { rcode: 3, authority: [SOA] }));
  });
  bench = await ExplainBench.open(
    `.:53 {\n cache {\n ${options}\n }\n forward . ${upstream.address}\n}`,
    "",
  );
}

/** From now on it is as much later. */
function pass(seconds: number): void {
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + seconds * 1_000);
}

describe("a denial in the cache", () => {
  it("of a name that is there by now is the cause", async () => {
    says = "not there";
    await open();
    expect((await bench.explain(REQUEST)).verdict.code).toBe("no-such-name-outside");
    says = "there";
    pass(10);
    const { verdict } = await bench.explain(REQUEST);
    expect(verdict.code).toBe("denial-cached");
    expect(verdict.sentence).toMatch(
      /^"www\.example\.org\." is there now, but plugin\/cache \(Corefile:2\) still has its denial, for another (19|20) s$/,
    );
    expect(verdict.evidence[0]).toMatch(/^what it has came 1\d s ago$/);
    expect(verdict.next[0]?.command).toBe("portolan cache flush www.example.org.");
    // To be explained has not mended it.
    expect((await bench.explain(REQUEST)).verdict.code).toBe("denial-cached");
  });

  it("of a name that is not there is none", async () => {
    says = "not there";
    await open();
    await bench.explain(REQUEST);
    const { verdict, lookups } = await bench.explain(REQUEST);
    expect(verdict.code).toBe("no-such-name-outside");
    expect(lookups[0]?.answers[0]?.pastCache).toMatchObject({
      rcode: "NXDOMAIN",
      isAnswered: false,
    });
  });

  it("may be a failure that is kept", async () => {
    says = "failure";
    await open();
    expect((await bench.explain(REQUEST)).verdict.code).toBe("upstream-servfail");
    // Kept or not, it is the upstream's.
    expect((await bench.explain(REQUEST)).verdict.code).toBe("upstream-servfail");
    says = "there";
    const { verdict } = await bench.explain(REQUEST);
    expect(verdict.code).toBe("denial-cached");
    expect(verdict.sentence).toContain("still has a failure to resolve it");
  });
});

describe("an answer that has run out", () => {
  it("is a warning if nobody would give another one", async () => {
    says = "there";
    await open("serve_stale 1h");
    expect((await bench.explain(REQUEST)).verdict.code).toBe("well");
    says = "failure";
    pass(100);
    const { verdict } = await bench.explain(REQUEST);
    expect(verdict).toMatchObject({ code: "stale-answer", level: "warning" });
    expect(verdict.sentence).toMatch(/whoever knows the name now says SERVFAIL$/);
    expect(verdict.evidence[0]).toMatch(
      /^the answer came 10\d seconds ago, and ran out 4\d s ago$/,
    );
  });

  it("is all well if it is only being fetched anew", async () => {
    says = "there";
    await open("serve_stale 1h");
    await bench.explain(REQUEST);
    pass(100);
    expect((await bench.explain(REQUEST)).verdict.code).toBe("well");
  });
});
