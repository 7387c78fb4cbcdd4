import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Flag } from "../dns/header.ts";
import { Rcode } from "../dns/iana/rcode.ts";
import { RrClass } from "../dns/iana/rr-class.ts";
import { RrType } from "../dns/iana/rr-type.ts";
import { parseMessage } from "../dns/message.ts";
import { Name } from "../dns/name.ts";
import { answerTo, emptyReplyTo } from "../testing/fake-upstream.ts";
import type { RequestParts } from "./request.ts";
import { ProbeRequest, Request } from "./request.ts";

const parts: RequestParts = {
  qname: Name.parse("WWW.example.org."),
  qtype: RrType.A,
  qclass: RrClass.IN,
  flags: Flag.RD,
};

function request(changes: Partial<RequestParts> = {}): Request {
  return new Request({ ...parts, ...changes });
}

describe("a packet", () => {
  it("asks one question as the client asked it, without OPT for a client without EDNS", () => {
    const message = parseMessage(request().packet(0x1234));
    expect(message).toMatchObject({ id: 0x1234, flags: Flag.RD, edns: undefined, answer: [] });
    expect(message?.question.map(({ qname }) => qname.toString())).toEqual(["WWW.example.org."]);
  });

  it("announces 1232 octets and repeats DO for a client with EDNS", () => {
    const asked = request({ edns: { dnssecOk: true } });
    const edns = parseMessage(asked.packet(1))?.edns;
    expect(edns).toMatchObject({ payloadSize: 1232, dnssecOk: true, version: 0, options: [] });
    const smaller = request({ edns: { dnssecOk: true, payloadSize: 700 } });
    expect(parseMessage(smaller.packet(1))?.edns).toMatchObject({ payloadSize: 700 });
  });

  it("is not changed by the next one", () => {
    const asked = request();
    const [first, second] = [asked.packet(1), asked.packet(2)];
    expect([first.readUInt16BE(0), second.readUInt16BE(0)]).toEqual([1, 2]);
  });
});

describe("the key", () => {
  it("is the same for every case of the name", () => {
    expect(request({ qname: Name.parse("www.EXAMPLE.org.") }).key).toBe(request().key);
  });

  const others: readonly Partial<RequestParts>[] = [
    { qname: Name.parse("ww.example.org.") },
    { qtype: RrType.AAAA },
    { qclass: RrClass.CH },
    { flags: 0 },
    { flags: Flag.RD | Flag.CD },
    { edns: { dnssecOk: false } },
    { edns: { dnssecOk: true } },
    { edns: { dnssecOk: true, options: [{ code: 8, data: Buffer.from("a") }] } },
    { edns: { dnssecOk: true, options: [{ code: 8, data: Buffer.from("b") }] } },
    { edns: { dnssecOk: true, options: [{ code: 9, data: Buffer.from("a") }] } },
  ];
  it("differs with name, type, class, RD, CD, EDNS and DO", () => {
    const keys = [{}, ...others].map((changes) => request(changes).key);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("reading a packet", () => {
  const good = answerTo(request().packet(7));

  function edited(edit: (packet: Buffer) => void): Buffer {
    const packet = Buffer.from(good);
    edit(packet);
    return packet;
  }

  it("takes the reply, whatever the case of the name in it", () => {
    const shouted = edited((packet) => packet.write("wWw", 13));
    for (const packet of [good, shouted]) expect(request().read(packet)?.answer).toHaveLength(1);
  });

  const questionEnd = 12 + parts.qname.wire.length + 4;
  const liars: readonly [string, Buffer][] = [
    ["another name", edited((packet) => packet.write("xww", 13))],
    ["another name that differs by the bit of case", edited((packet) => (packet[16] = 0x27))],
    ["another type", edited((packet) => (packet[questionEnd - 3] = 28))],
    ["another class", edited((packet) => (packet[questionEnd - 1] = 3))],
    ["a query", edited((packet) => (packet[2] = 1))],
    ["another opcode", edited((packet) => (packet[2] = 0x81 | (4 << 3)))],
    ["no question", edited((packet) => (packet[5] = 0))],
    ["two questions", edited((packet) => (packet[5] = 2))],
    ["a record cut short", good.subarray(0, good.length - 1)],
    ["an A record of three octets", edited((packet) => (packet[questionEnd + 11] = 3))],
    ["a question cut short", good.subarray(0, questionEnd - 1)],
    ["less than a header", good.subarray(0, 11)],
    ["nothing", Buffer.alloc(0)],
  ];
  it.each(liars)("goes on waiting at %s", (_, packet) => {
    expect(request().read(packet)).toBeUndefined();
  });

  it("takes TC from a reply that was cut in the middle of a record", () => {
    const cut = edited((packet) => packet.writeUInt16BE(0x8380, 2)).subarray(0, good.length - 2);
    expect(request().read(cut)).toMatchObject({ flags: 0x8380, rcode: 0, answer: [] });
  });

  it("takes any reply to a probe, be it without the question", () => {
    const probe = new ProbeRequest(parts);
    const refused = emptyReplyTo(probe.packet(1), 5).subarray(0, 12);
    refused[5] = 0;
    expect(probe.read(refused)?.rcode).toBe(5);
    expect(probe.read(probe.packet(1))).toBeUndefined();
  });
});

it("bears with any octets, and takes none of them for a reply to another question", () => {
  const good = answerTo(request().packet(7));
  const questionEnd = 12 + parts.qname.wire.length + 4;
  const mutations = fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 6 });
  fc.assert(
    fc.property(mutations, fc.nat(good.length), (changes, length) => {
      const packet = Buffer.from(good.subarray(0, length));
      for (const [at, octet] of changes) if (at < length) packet[at] = octet;
      const reply = request().read(packet);
      if (!reply) return;
      expect(reply.flags & Flag.QR).toBe(Flag.QR);
      // Who does not understand a query need not repeat the question.
      const refusals: readonly number[] = [Rcode.FORMERR, Rcode.NOTIMP, Rcode.BADVERS];
      if (refusals.includes(reply.rcode)) return;
      const asked = good.toString("latin1", 12, questionEnd).toLowerCase();
      expect(packet.toString("latin1", 12, questionEnd).toLowerCase()).toBe(asked);
    }),
    { numRuns: 2000 },
  );
});
