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

  it.each<[string, Buffer, RegExp]>([
    ["another id", reply(0, asked.readUInt16BE(0) ^ 1), /\{ id: /],
    ["no QR", reply(2, 0x0100), /\{ QR: /],
    ["another opcode", reply(2, QR | 0x0900), /opcode, RD and CD/],
    ["RD that was not asked with", reply(2, QR), /opcode, RD and CD/],
    ["Z", reply(2, QR | 0x0140), /\{ Z: /],
    ["an RCODE that is not assigned", reply(2, QR | 0x010b), /rcode 11/],
    ["another name", reply(14, 0x5757), /to deeply equal/],
    ["another type", reply(asked.length - 4, 28), /to deeply equal/],
    ["EDNS that was not asked with", withOpt(opt), /\{ EDNS: /],
    ["what cannot be read", reply().subarray(0, 20), /Cannot read reply/],
    ["more than the client takes", Buffer.concat([reply(), Buffer.alloc(1_300)]), /less than/],
  ])("but not with %s", (_what, packet, words) => {
    expect(() => expectLawful(asked, packet, UDP)).toThrow(words);
  });
});
