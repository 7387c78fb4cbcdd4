import { describe, expect, it } from "vitest";
import { Composer, Section } from "./composer.ts";
import { extendedErrorOption } from "./edns.ts";
import { parseMessage } from "./message.ts";
import { Name } from "./name.ts";
import { formatRecord, parseRecord } from "./presentation.ts";
import type { ResourceRecord } from "./resource-record.ts";

function records(...lines: readonly string[]): ResourceRecord[] {
  return lines.map((line) => parseRecord(line, { origin: Name.root }));
}

function compose(
  answer: readonly ResourceRecord[],
  maxOctets = 65_535,
  additional: readonly ResourceRecord[] = [],
  qname = "www.example.org.",
): Buffer {
  const composer = new Composer();
  composer.begin(7, 0x8180, maxOctets);
  composer.question(Name.parse(qname), 1, 1);
  composer.append(Section.answer, answer);
  composer.append(Section.additional, additional);
  return Buffer.from(composer.finish());
}

const chain = [
  "www.example.org. 60 IN CNAME Web.example.org.",
  "Web.example.org. 60 IN A 192.0.2.1",
  "web.example.org. 60 IN MX 10 mail.web.example.org.",
  "_sip._tcp.example.org. 60 IN SRV 0 0 5060 mail.web.example.org.",
  "example.org. 60 IN SOA ns.example.org. root.example.org. 1 2 3 4 5",
];

describe("Composer and parseMessage", () => {
  it("give back what was put in, case kept", () => {
    const message = parseMessage(compose(records(...chain)));
    expect(message?.answer.map(formatRecord)).toEqual(chain);
    expect(message).toMatchObject({ id: 7, rcode: 0, edns: undefined });
  });

  it("compress the owner to a pointer to the question", () => {
    const packet = compose(records("www.example.org. 60 IN A 192.0.2.1"));
    expect(packet.length).toBe(12 + 17 + 4 + 16);
    expect(packet.readUInt16BE(33)).toBe(0xc00c);
  });

  it("do not compress names of another case, nor inside SRV (RFC 3597 §4)", () => {
    const packet = compose(records("wWw.example.org. 60 IN SRV 0 0 1 www.example.org."));
    expect(packet.includes(Buffer.from("\x03wWw\xc0\x10", "latin1"))).toBe(true);
    expect(packet.subarray(33).includes(Buffer.from("\x07example\x03org\x00", "latin1"))).toBe(
      true,
    );
  });

  it("let the owners of additional records point to what SRV records name, written whole", () => {
    const targets = Array.from(
      { length: 4 },
      (_, i) => `172-16-0-${i}.web.shop.svc.cluster.local.`,
    );
    const owner = "_http._tcp.web.shop.svc.cluster.local.";
    const answer = records(...targets.map((target) => `${owner} 5 IN SRV 0 25 80 ${target}`));
    const additional = records(
      ...targets.flatMap((target) => [
        `${target} 5 IN A 172.16.0.1`,
        `${target} 5 IN AAAA fd00::1`,
      ]),
    );
    const packet = compose(answer, 65_535, additional, owner);
    const target = Name.parse(targets[0] ?? "").wire.length;
    const question = Name.parse(owner).wire.length + 4;
    const answers = 4 * (12 + 6 + target);
    expect(packet.length).toBe(12 + question + answers + 4 * (12 + 4) + 4 * (12 + 16));
    const message = parseMessage(packet);
    expect(message?.answer).toEqual(answer);
    expect(message?.additional).toEqual(additional);
    // To the first octet of a target, and no other way round: a target is never compressed.
    const firstTarget = 12 + question + 12 + 6;
    expect(packet.readUInt16BE(12 + question + answers)).toBe(0xc000 | firstTarget);
  });

  it.each([
    ["SRV", "0 0 1 h.example.net."],
    ["NAPTR", '1 1 "u" "E2U+sip" "" h.example.net.'],
    ["AFSDB", "1 h.example.net."],
    ["RT", "1 h.example.net."],
    ["KX", "1 h.example.net."],
    ["LP", "1 h.example.net."],
    ["PX", "1 example.net. h.example.net."],
    ["RP", "example.net. h.example.net."],
    ["DNAME", "h.example.net."],
    ["NSEC", "h.example.net. A"],
    ["SVCB", "1 h.example.net. port=53"],
    ["HTTPS", "1 h.example.net."],
    ["RRSIG", "A 5 3 86400 20030322173103 20030220173103 2642 h.example.net. AQ=="],
    ["IPSECKEY", "10 3 2 h.example.net. AQ=="],
    ["MX", "1 h.example.net."],
    ["SOA", "example.net. h.example.net. 1 2 3 4 5"],
  ])("let owners point into %s", (type, text) => {
    const answer = records(`www.example.org. 60 IN ${type} ${text}`);
    const [address] = records("h.example.net. 60 IN A 192.0.2.1");
    const additional = address ? [address.withOwner(Name.parse("a.h.example.net.")), address] : [];
    const bare = compose(answer).length;
    const packet = compose(answer, 65_535, additional);
    expect(packet.length).toBe(bare + 2 + 16 + 16);
    expect(parseMessage(packet)).toMatchObject({ answer, additional });
  });

  it("point nowhere beyond 14 bits, nor into the message before", () => {
    const composer = new Composer();
    const [srv, filler] = [
      records("www.example.org. 60 IN SRV 0 0 1 h.example.net."),
      records(`www.example.org. 60 IN NULL \\# 16384 ${"00".repeat(16_384)}`),
    ];
    const additional = records("h.example.net. 60 IN A 192.0.2.1");
    for (const answer of [
      srv,
      records("www.example.org. 60 IN A 192.0.2.1"),
      [...filler, ...srv],
    ]) {
      composer.begin(7, 0x8180, 65_535);
      composer.question(Name.parse("www.example.org."), 1, 1);
      composer.append(Section.answer, answer);
      composer.append(Section.additional, additional);
      expect(parseMessage(composer.finish())).toMatchObject({ answer, additional });
    }
  });

  it("leave out whole records that do not fit, and count the others", () => {
    const answer = records(
      ...Array.from({ length: 50 }, (_, i) => `h${i}.example.org. 60 IN A 192.0.2.${i}`),
    );
    const packet = compose(answer, 512);
    expect(packet.length).toBeLessThanOrEqual(512);
    const message = parseMessage(packet);
    expect(message?.answer.length).toBeGreaterThan(20);
    expect(message?.answer.map(formatRecord)).toEqual(
      answer.slice(0, message?.answer.length).map(formatRecord),
    );
  });

  it("carry OPT with response code and options", () => {
    const composer = new Composer();
    const options = [extendedErrorOption(14, "starting")];
    composer.begin(7, 0x8180, 512);
    composer.question(Name.parse("a."), 1, 1);
    composer.reserve(11 + 14);
    composer.edns(1232, 16, true, options);
    const message = parseMessage(composer.finish());
    expect(message).toMatchObject({
      rcode: 16,
      edns: { payloadSize: 1232, dnssecOk: true, options },
    });
  });

  it("compose 4,000 owners with pointers that all lead to the right name", () => {
    const answer = records(
      ...Array.from({ length: 3000 }, (_, i) => `h${i}.sub${i % 7}.example.org. 60 IN A 192.0.2.1`),
    );
    expect(parseMessage(compose(answer))?.answer.map(formatRecord)).toEqual(
      answer.map(formatRecord),
    );
  });

  it.each([
    ["a record cut short", (packet: Buffer) => packet.subarray(0, -1)],
    [
      "fewer records than counted",
      (packet: Buffer) =>
        Buffer.concat([packet.subarray(0, 7), Buffer.from([9]), packet.subarray(8)]),
    ],
    ["less than a header", (packet: Buffer) => packet.subarray(0, 11)],
  ])("refuse %s", (_what, spoil) => {
    expect(parseMessage(spoil(compose(records(...chain))))).toBeUndefined();
  });
});
