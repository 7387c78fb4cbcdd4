import { describe, expect, it } from "vitest";
import type { Carrier } from "./laws.ts";
import { expectLawful } from "./laws.ts";
import { query } from "./query-packet.ts";

const UDP: Carrier = { maxReplyOctets: 1_232, isStream: false };
const QR = 0x8000;
const asked = query("www.example.org. A", { flags: 0x0100 });
const opt = Buffer.from("00002904d0000000000000", "hex");

/** The empty reply to what was asked, with one word changed. */
function reply(at = 0, word = asked.readUInt16BE(at)): Buffer {
  const packet = Buffer.from(asked);
  packet.writeUInt16BE(0x0100 | QR, 2);
  if (at > 0 || word !== asked.readUInt16BE(0)) packet.writeUInt16BE(word, at);
  return packet;
}

function withOpt(changed: Buffer): Buffer {
  const packet = Buffer.concat([reply(), changed]);
  packet.writeUInt16BE(1, 10);
  return packet;
}

describe("a reply is lawful", () => {
  it("where it repeats what was asked", () => {
    expect(() => expectLawful(asked, reply(), UDP)).not.toThrow();
  });

  it.each<[string, Buffer]>([
    ["another id", reply(0, asked.readUInt16BE(0) ^ 1)],
    ["no QR", reply(2, 0x0100)],
    ["another opcode", reply(2, QR | 0x0900)],
    ["RD that was not asked with", reply(2, QR)],
    ["Z", reply(2, QR | 0x0140)],
    ["an RCODE that is not assigned", reply(2, QR | 0x010b)],
    ["another name", reply(14, 0x5757)],
    ["another type", reply(asked.length - 4, 28)],
    ["EDNS that was not asked with", withOpt(opt)],
    ["what cannot be read", reply().subarray(0, 20)],
    ["more than the client takes", Buffer.concat([reply(), Buffer.alloc(1_300)])],
  ])("but not with %s", (_what, packet) => {
    expect(() => expectLawful(asked, packet, UDP)).toThrow();
  });
});
