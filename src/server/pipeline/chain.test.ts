import { describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { testQuery } from "../../testing/query.ts";
import { composeChain } from "./chain.ts";
import type { Instance } from "../contract/plugin.ts";
import { Reply } from "../contract/reply.ts";

const passesOn: Instance = { serve: (query, next) => next(query) };
const answers: Instance = { serve: () => Reply.authoritative() };
const observes: Instance = { observe: () => {} };
const onlyStarts: Instance = { start: () => {} };

describe("composeChain", () => {
  it.each([
    ["NOERROR once somebody answers", [passesOn, observes, answers], Rcode.NOERROR],
    ["SERVFAIL if all pass the query on", [passesOn, passesOn], Rcode.SERVFAIL],
    ["SERVFAIL if queries are only observed", [observes], Rcode.SERVFAIL],
    ["REFUSED if no plugin deals with queries", [onlyStarts], Rcode.REFUSED],
    ["REFUSED without plugins", [], Rcode.REFUSED],
  ])("says %s", (_what, instances: Instance[], rcode) => {
    expect(composeChain(instances)(testQuery("example.org."))).toMatchObject({ rcode });
  });
});
