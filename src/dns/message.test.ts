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

function compose(answer: readonly ResourceRecord[], maxOctets = 65_535): Buffer {
  const composer = new Composer();
  composer.begin(7, 0x8180, maxOctets);
  composer.question(Name.parse("www.example.org."), 1, 1);
  composer.append(Section.answer, answer);
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
