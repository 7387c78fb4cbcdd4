import { describe, expect, it } from "vitest";
import fc from "fast-check";
import { decodeExtendedError, extendedErrorOption } from "../../dns/edns.ts";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Message } from "../../dns/message.ts";
import { parseMessage } from "../../dns/message.ts";
import { records, testQuery } from "../../testing/query.ts";
import type { TestQueryOptions } from "../../testing/query.ts";
import { encodeReply } from "./encode-reply.ts";
import { Reply } from "../contract/reply.ts";

interface Encoded extends Message {
  readonly octets: number;
  readonly truncated: boolean;
}

function encode(reply: Reply, options: TestQueryOptions = {}, qname = "a.test."): Encoded {
  const packet = encodeReply(testQuery(qname, "A", options), reply);
  const message = parseMessage(packet);
  if (!message) throw new Error("not a message");
  return { ...message, octets: packet.length, truncated: (message.flags & Flag.TC) !== 0 };
}

function many(count: number, owner = "a.test."): ReturnType<typeof records> {
  return records(
    ...Array.from({ length: count }, (_, i) => `${owner} 60 IN AAAA 2001:db8::${i + 1}`),
  );
}

describe("encodeReply", () => {
  it("repeats id, question, opcode, RD and CD, and none of AA, TC, RA, Z, AD", () => {
    const { id, flags, question } = encode(
      new Reply(Rcode.NXDOMAIN),
      { id: 99, flags: 0x07ff },
      "wWw.a.test.",
    );
    expect(id).toBe(99);
    expect(flags).toBe(Flag.QR | Flag.RD | Flag.CD | Rcode.NXDOMAIN);
    expect(question[0]?.qname.toString()).toBe("wWw.a.test.");
  });

  it.each([true, false])("has RD as the reply says, if it says so: %s", (recursionDesired) => {
    const reply = Object.assign(new Reply(), { recursionDesired });
    for (const asked of [0, Flag.RD | Flag.CD]) {
      const { flags } = encode(reply.copy(), { flags: asked });
      expect(flags).toBe(Flag.QR | (asked & Flag.CD) | (recursionDesired ? Flag.RD : 0));
    }
  });

  it("answers EDNS with EDNS of our own size, and nothing else with it", () => {
    expect(encode(new Reply()).edns).toBeUndefined();
    const { edns } = encode(new Reply(), { do: true, payloadSize: 4096 });
    expect(edns).toMatchObject({ version: 0, payloadSize: 1232, dnssecOk: true, options: [] });
  });

  it.each([
    ["512 octets without EDNS (E13)", {}, 512],
    ["what EDNS announces (E14)", { payloadSize: 1000 }, 1000],
    ["1232 octets whatever is announced (E15)", { payloadSize: 65_535 }, 1232],
  ])("keeps within %s", (_what, options, limit) => {
    const reply = Reply.authoritative(many(100));
    const encoded = encode(reply, options);
    expect(encoded.octets).toBeLessThanOrEqual(limit);
    expect(encoded.octets).toBeGreaterThan(limit - 28);
    expect(encoded.truncated).toBe(true);
  });

  it("takes all the space there is on TCP", () => {
    const encoded = encode(Reply.authoritative(many(2000)), { transport: "tcp" });
    expect(encoded.answer).toHaveLength(2000);
    expect(encoded.truncated).toBe(false);
  });

  it("drops additional data silently (E26)", () => {
    const reply = Reply.authoritative(many(2));
    reply.additional = many(40, "glue.test.");
    const encoded = encode(reply);
    expect(encoded.truncated).toBe(false);
    expect(encoded.answer).toHaveLength(2);
    expect(encoded.additional.length).toBeLessThan(40);
  });

  it("sets TC where the glue of a referral is cut (RFC 9471)", () => {
    const reply = new Reply();
    reply.authority = records("sub.test. 60 IN NS ns.sub.test.");
    reply.additional = many(40, "ns.sub.test.");
    expect(encode(reply).truncated).toBe(true);
  });

  it("drops an explanation rather than an answer", () => {
    const reply = Reply.authoritative(many(16));
    reply.options = [extendedErrorOption(0, "x".repeat(600))];
    const encoded = encode(reply, { payloadSize: 512 });
    expect(encoded.answer).toHaveLength(16);
    expect(encoded.truncated).toBe(false);
    expect(encoded.edns?.options).toEqual([]);
  });
});

describe("explanations in a reply", () => {
  const texts = fc.array(fc.string({ unit: "binary", maxLength: 3_000 }), { maxLength: 40 });

  it("stay within the reply's size, whatever they are, and take no answer's room", () => {
    const sizes = fc.oneof(fc.integer({ min: 0, max: 65_535 }), fc.constantFrom(512, 1232, 65_535));
    const property = fc.property(texts, sizes, fc.nat(60), (all, payloadSize, count) => {
      const reply = Reply.authoritative(many(count));
      const options: TestQueryOptions = { payloadSize: Math.max(512, payloadSize) };
      const bare = encode(reply, options);
      reply.options = all.map((text) => extendedErrorOption(22, text));
      const { octets, truncated, answer, edns } = encode(reply, options);
      expect(octets).toBeLessThanOrEqual(Math.min(1232, Math.max(512, payloadSize)));
      expect([truncated, answer.length]).toEqual([bare.truncated, bare.answer.length]);
      expect(edns?.options.length).toBeLessThanOrEqual(4);
      for (const { data } of edns?.options ?? []) expect(data.length).toBeLessThanOrEqual(122);
    });
    fc.assert(property, { numRuns: 300, seed: 35 });
  });

  it.each([
    ["x".repeat(500), "x".repeat(120)],
    ["é".repeat(500), "é".repeat(60)],
    [`x${"é".repeat(500)}`, `x${"é".repeat(59)}`],
    ["😀".repeat(500), "😀".repeat(30)],
    [`xyz${"😀".repeat(500)}`, `xyz${"😀".repeat(29)}`],
    ["short", "short"],
  ])("are cut between characters: %j", (text, expected) => {
    const reply = new Reply(Rcode.SERVFAIL);
    reply.options = [extendedErrorOption(22, text)];
    const [option] = encode(reply, { edns: true }).edns?.options ?? [];
    expect(option && decodeExtendedError(option.data)?.extraText).toBe(expected);
  });

  it("end where a text is no text", () => {
    const reply = new Reply(Rcode.SERVFAIL);
    reply.options = [{ code: 15, data: Buffer.alloc(60_000, 0x80) }];
    expect(encode(reply, { edns: true }).edns?.options[0]?.data.length).toBe(118);
  });
});
