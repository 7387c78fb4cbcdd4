import { expect, test } from "vitest";
import { Name } from "../../dns/name.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { Validity } from "../../server/contract/validity.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { records, testQuery } from "../../testing/query.ts";
import { Cache } from "./cache.ts";
import { cacheMetrics } from "./metrics.ts";
import { parseCache } from "./parse.ts";

test("nothing is kept for longer than it holds good, whatever its TTL and though stale replies may be served", async () => {
  let nowMs = 1_000_000;
  let asked = 0;
  const zones = [Name.root];
  const options = parseCache(testDirective("cache {\nserve_stale\n}"));
  const cache = new Cache(options, zones, cacheMetrics({ ...testContext(), zones }), () => nowMs);
  const next = (): Reply => {
    asked++;
    const reply = Reply.authoritative(records("www.a.test. 60 IN A 192.0.2.1"));
    return reply.narrow(Validity.until(nowMs + 10_000));
  };
  const ask = async (): Promise<Outcome> => cache.serve(testQuery("www.a.test."), next);
  await ask();
  nowMs += 9_999;
  await ask();
  expect(asked).toBe(1);
  nowMs += 1;
  await ask();
  expect(asked).toBe(2);
});
