import { expect, test } from "vitest";
import { Opcode } from "../../dns/iana/opcode.ts";
import { Name } from "../../dns/name.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { ask, records, testQuery } from "../../testing/query.ts";
import { Cache } from "./cache.ts";
import { cacheMetrics } from "./metrics.ts";
import { parseCache } from "./parse.ts";

test.each([Opcode.NOTIFY, Opcode.UPDATE])(
  "what is no question, as opcode %i, is neither answered nor kept",
  async (opcode) => {
    const metrics = cacheMetrics({ ...testContext(), zones: [Name.root] });
    const cache = new Cache(parseCache(testDirective("cache")), [Name.root], metrics);
    let asked = 0;
    const next = (): Reply => {
      asked++;
      return Reply.authoritative(records("a.test. 60 IN SOA ns.a.test. h.a.test. 1 2 3 4 60"));
    };
    const other = testQuery("a.test.", "SOA", { flags: opcode << 11 });
    for (const query of [testQuery("a.test.", "SOA"), other, other]) await ask(cache, query, next);
    expect(asked).toBe(3);
  },
);
