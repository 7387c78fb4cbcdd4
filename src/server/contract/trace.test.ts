import { describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { testQuery } from "../../testing/query.ts";
import { composeTracedChain } from "../pipeline/chain.ts";
import type { Instance } from "./plugin.ts";
import { QueryError } from "./query-error.ts";
import { DROPPED, Reply, mapReply } from "./reply.ts";
import { Trace } from "./trace.ts";

async function stepsOf(...instances: readonly Instance[]): Promise<string[]> {
  const query = testQuery("a.test.");
  const trace = (query.trace = new Trace());
  const chain = composeTracedChain(instances.map((instance, i) => ({ plugin: `p${i}`, instance })));
  try {
    await chain(query);
  } catch {
    // It is in the trace.
  }
  return trace.steps.map(({ plugin, depth, notes, outcome }) =>
    [depth, plugin, ...notes, outcome].join(" "),
  );
}

const passes: Instance = { serve: (query, next) => mapReply(next(query), (reply) => reply) };

describe("a traced chain", () => {
  it("writes down each plugin, what it says, and what came of it", async () => {
    const answers: Instance = {
      serve(query) {
        query.trace?.note("entry, 12 s left");
        return new Reply(Rcode.NXDOMAIN);
      },
    };
    expect(await stepsOf(passes, { observe: () => {} }, answers)).toEqual([
      "0 p0 NXDOMAIN",
      "1 p2 entry, 12 s left NXDOMAIN",
    ]);
  });

  it("writes down failures, whether thrown or rejected, and silence", async () => {
    const failure = new QueryError(Rcode.SERVFAIL, "no upstream");
    const throws: Instance = {
      serve() {
        throw failure;
      },
    };
    expect(await stepsOf(passes, throws)).toEqual(["0 p0 no upstream", "1 p1 no upstream"]);
    expect(await stepsOf({ serve: () => Promise.reject(failure) })).toEqual(["0 p0 no upstream"]);
    expect(await stepsOf({ serve: () => Promise.resolve(DROPPED) })).toEqual(["0 p0 dropped"]);
  });
});
