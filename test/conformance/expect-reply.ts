import { expect } from "vitest";
import type { RecordedAnswer, RecordedEdns } from "../recorded/recorded-answer.ts";
import { describeAnswer } from "../recorded/recorded-answer.ts";
import { expectLawful, expectSame } from "./laws.ts";
import { query } from "./query-packet.ts";
import type { Transport } from "./row.ts";

/** Where nobody answers, a question sent afterwards is answered, and then this passes. */
const GRACE_MS = 30;

/** What of a reply is expected; sections are empty and EDNS is absent by default. */
export interface ExpectedReply {
  /** Mnemonic, NOERROR by default. */
  readonly rcode?: string;
  /** Of QR AA TC RD RA AD CD, in this order; "QR RD" by default. */
  readonly flags?: string;
  /** Records in presentation form, in any order; SOA serials are `SERIAL`. */
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  /** Options of the reply's EDNS (`OPTION 11 0064`), DO if set; undefined for no OPT. */
  readonly edns?: { readonly do?: boolean; readonly options?: readonly string[] };
}

/**
 * Sends a packet and gives the reply, which must come and keep to what holds for all replies. It is
 * asked for three times: the third answer may come from the answer table, and is as good as the first.
 */
export async function ask(on: Transport, packet: Buffer): Promise<Buffer> {
  const reply = await askOnce(on, packet);
  for (let time = 2; time <= 3; time++) {
    const again = await askOnce(on, packet);
    expectSame("flags, asked again", again.readUInt16BE(2), reply.readUInt16BE(2));
    expectSame("octets, asked again", again.length, reply.length);
  }
  return reply;
}

/** As {@link ask}, but not twice: for upstreams that count. */
export async function askOnce(on: Transport, packet: Buffer): Promise<Buffer> {
  const reply = await on.exchange(packet);
  if (!reply) throw new Error(`Cannot find a reply to ${packet.toString("hex")} over ${on.name}`);
  expectLawful(packet, reply, on);
  return reply;
}

/** Sends a packet and holds the whole reply against what is expected. */
export async function expectReply(
  on: Transport,
  packet: Buffer,
  expected: ExpectedReply,
): Promise<Buffer> {
  const reply = await ask(on, packet);
  expect(describe(reply)).toEqual(whole(expected));
  return reply;
}

/** A reply in words. */
export function describe(reply: Buffer): RecordedAnswer {
  return describeAnswer({ packet: reply, port: 0 }, "all");
}

function whole(expected: ExpectedReply): RecordedAnswer {
  const sorted = (lines: readonly string[] = []): readonly string[] => lines.toSorted();
  return {
    rcode: expected.rcode ?? "NOERROR",
    flags: expected.flags ?? "QR RD",
    answer: sorted(expected.answer),
    authority: sorted(expected.authority),
    additional: sorted(expected.additional),
    edns: expected.edns ? wholeEdns(expected.edns) : null,
  };
}

function wholeEdns(edns: NonNullable<ExpectedReply["edns"]>): RecordedEdns {
  return { version: 0, payload: 1232, do: edns.do ?? false, options: edns.options ?? [] };
}

/** Sends packets to none of which there may be a reply, though the server lives on. */
export async function expectSilence(on: Transport, ...packets: readonly Buffer[]): Promise<void> {
  const replies = packets.map((packet) => on.exchange(packet));
  await ask(on, query("www.example.org. A"));
  const grace = new Promise<undefined>((resolve) => {
    setTimeout(() => resolve(undefined), GRACE_MS);
  });
  expect(await Promise.race([...replies, grace])).toBeUndefined();
  expect(on.strays).toEqual([]);
}
