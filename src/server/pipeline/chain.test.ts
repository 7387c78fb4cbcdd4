import { describe, expect, it } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import { RrClass } from "../../dns/iana/rr-class.ts";
import { testQuery } from "../../testing/query.ts";
import { composeChain } from "./chain.ts";
import type { Instance } from "../contract/plugin.ts";
import { Reply } from "../contract/reply.ts";

const passesOn: Instance = { serve: (query, next) => next(query) };
const authority: Instance = { refusesOthers: true, serve: (query, next) => next(query) };
const answers: Instance = { serve: () => Reply.authoritative() };
const observes: Instance = { observe: () => {} };
const onlyStarts: Instance = { start: () => {} };

describe("composeChain", () => {
  it.each([
    ["NOERROR once somebody answers", [passesOn, observes, answers], Rcode.NOERROR],
    ["SERVFAIL if all pass the query on", [passesOn, passesOn], Rcode.SERVFAIL],
    [
      "REFUSED if the last one is an authority for other zones",
      [passesOn, authority],
      Rcode.REFUSED,
    ],
    ["SERVFAIL if it is not the last", [authority, passesOn], Rcode.SERVFAIL],
    ["SERVFAIL if queries are only observed", [observes], Rcode.SERVFAIL],
    ["REFUSED if no plugin deals with queries", [onlyStarts], Rcode.REFUSED],
    ["REFUSED without plugins", [], Rcode.REFUSED],
  ])("says %s", (_what, instances: Instance[], rcode) => {
    expect(composeChain(instances)(testQuery("example.org."))).toMatchObject({ rcode });
  });

  it("leads past those who know only common data what else the block accepts", () => {
    const knowsCommon: Instance = { ...answers, isCommonOnly: true };
    const behind: Instance = {
      accepts: ["chaos", "transfer"],
      serve: () => new Reply(Rcode.YXDOMAIN),
    };
    const chain = composeChain([passesOn, knowsCommon, behind]);
    const asked = [
      testQuery("version.bind.", "TXT", { qclass: RrClass.CH }),
      testQuery("example.org.", "AXFR"),
      testQuery("example.org.", "A"),
    ];
    const rcodes = asked.map((query) => chain(query)).map((reply) => (reply as Reply).rcode);
    expect(rcodes).toEqual([Rcode.YXDOMAIN, Rcode.YXDOMAIN, Rcode.NOERROR]);
  });
});
