import { expect, it } from "vitest";
import { extendedErrorOption } from "../../dns/edns.ts";
import { Reply } from "../../server/contract/reply.ts";
import { records, sections } from "../../testing/query.ts";
import { ownOctets } from "./own-octets.ts";

it("keeps what a reply says, in memory that nothing else lies in", () => {
  const reply = Reply.authoritative(records("a.test. 5 IN A 192.0.2.1", "a.test. 5 IN TXT x"));
  reply.authority = records("test. 5 IN NS ns.test.");
  reply.additional = records("ns.test. 5 IN A 192.0.2.2");
  reply.options = [extendedErrorOption(3, "old")];
  const before = { ...sections(reply), option: reply.options[0]?.data.toString("hex") };
  ownOctets(reply);
  expect({ ...sections(reply), option: reply.options[0]?.data.toString("hex") }).toEqual(before);
  const all = [...reply.answer, ...reply.authority, ...reply.additional].map(({ rdata }) => rdata);
  const memories = new Set([...all, ...reply.options.map(({ data }) => data)].map((o) => o.buffer));
  expect([...memories].map(({ byteLength }) => byteLength)).toEqual([4 + 2 + 9 + 4 + 5]);
});

it("leaves a reply without octets as it is", () => {
  const reply = new Reply(2);
  ownOctets(reply);
  expect(sections(reply).answer).toEqual([]);
});
