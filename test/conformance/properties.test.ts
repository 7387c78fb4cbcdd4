import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { leastCpuMs } from "../fuzz/target.ts";
import { Opcode } from "../../src/dns/iana/opcode.ts";
import { Rcode } from "../../src/dns/iana/rcode.ts";
import { RrType } from "../../src/dns/iana/rr-type.ts";
import type { Client } from "../../src/transport/client.ts";
import { Dispatcher } from "../../src/server/pipeline/dispatcher.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import type { Carrier } from "./laws.ts";
import { expectLawful } from "./laws.ts";
import { testCount } from "../test-count.ts";
import { query } from "./query-packet.ts";
import { words } from "./raw.ts";
import { corefile } from "./world.ts";

/** No packet is worth more than this, however odd. */
const MAX_MS = 5;
/** Of so many replies, one is held against all laws, the others against the header's: a prime, so that every bit changes. */
const SAMPLE = testCount(61, 17);

let server: TestServer;
let dispatcher: Dispatcher;

beforeAll(async () => {
  // Nothing here asks the upstream.
  server = await startServer({ corefile: corefile("127.0.0.1:9", "") });
  const [endpoint] = server.server.configuration.endpoints.values();
  if (!endpoint) throw new Error("Cannot ask: no endpoint");
  dispatcher = new Dispatcher(endpoint.router);
});

afterAll(() => server.stop());

const LIMITS = { udp: 1_232, tcp: 65_535 } as const;
type Way = keyof typeof LIMITS;
const WAYS = ["udp", "tcp"] as const;

/** What comes back at once: undefined for silence. */
function answer(packet: Buffer, way: Way): Buffer | undefined {
  const replies: (Buffer | undefined)[] = [];
  const client: Client = {
    transport: way,
    address: "127.0.0.1",
    port: 4_711,
    localAddress: "127.0.0.1",
    localPort: 53,
    maxReplyOctets: LIMITS[way],
    keepaliveMs: way === "udp" ? 0 : 10_000,
    send: (reply) => void replies.push(reply),
    drop: () => void replies.push(undefined),
  };
  dispatcher.receive(packet, client);
  // Not with expect(): this comes half a million times, and that takes longer than the answer.
  if (replies.length !== 1) throw new Error(`Cannot go on: ${replies.length} replies, want 1`);
  return replies[0];
}

function lawsOf(way: Way): Carrier {
  return { maxReplyOctets: LIMITS[way], isStream: way === "tcp" };
}

function rcodeOf(packet: Buffer, way: Way, i: number): number {
  const reply = answer(packet, way);
  if (!reply) throw new Error(`Cannot find a reply to ${packet.toString("hex")}`);
  if (i % SAMPLE === 0) expectLawful(packet, reply, lawsOf(way));
  return reply.readUInt16BE(2) & 0x0f;
}

/** All 65,536 values of a word, and the response codes that are not the usual one. */
function exceptions(usual: number, rcode: (value: number) => number): Map<number, number> {
  const odd = new Map<number, number>();
  for (let value = 0; value < 0x1_0000; value++) {
    const found = rcode(value);
    if (found !== usual) odd.set(value, found);
  }
  return odd;
}

describe.each(WAYS)("over %s", (way) => {
  it.each(["www.hosts.test.", "web.shop.svc.cluster.local."])(
    "each type of data is NOERROR for %s, and the others have their own response codes",
    (name) => {
      const packet = query(`${name} A`);
      const odd = exceptions(Rcode.NOERROR, (qtype) => {
        packet.writeUInt16BE(qtype, packet.length - 4);
        return rcodeOf(packet, way, qtype);
      });
      expect(odd).toEqual(
        new Map<number, number>([
          [0, Rcode.FORMERR],
          [RrType.OPT, Rcode.FORMERR],
          [249, Rcode.NOTIMP],
          [250, Rcode.NOTIMP],
          [RrType.IXFR, Rcode.REFUSED],
          [RrType.AXFR, Rcode.REFUSED],
          [253, Rcode.NOTIMP],
          [254, Rcode.NOTIMP],
        ]),
      );
    },
  );

  it("each class but IN is REFUSED, and 0 is FORMERR", () => {
    const packet = query("www.hosts.test. A");
    const odd = exceptions(Rcode.REFUSED, (qclass) => {
      packet.writeUInt16BE(qclass, packet.length - 2);
      return rcodeOf(packet, way, qclass);
    });
    expect([...odd]).toEqual([
      [0, Rcode.FORMERR],
      [1, Rcode.NOERROR],
    ]);
  });

  it("each word of flags has the response code of its opcode, or is a reply and gets none", () => {
    const packet = query("www.hosts.test. A");
    const odd: number[] = [];
    for (let flags = 0; flags < 0x1_0000; flags++) {
      packet.writeUInt16BE(flags, 2);
      const isReply = flags >= 0x8000;
      const found = isReply ? answer(packet, way) : rcodeOf(packet, way, flags);
      if (found !== (isReply ? undefined : rcodeOfOpcode(flags >>> 11))) odd.push(flags);
    }
    expect(odd).toEqual([]);
  });
});

function rcodeOfOpcode(opcode: number): number {
  if (opcode === Opcode.QUERY) return Rcode.NOERROR;
  return opcode === Opcode.NOTIFY ? Rcode.NOTAUTH : Rcode.NOTIMP;
}

const NAMES = ["www.example.org.", "big.example.org.", "srv.example.org.", "nowhere.example.org."];
const HOSTS = ["www.hosts.test.", "web.shop.svc.cluster.local.", "x.shop.svc.cluster.local.", "."];
const question = fc
  .tuple(fc.constantFrom(...NAMES, ...HOSTS), fc.constantFrom(1, 16, 28, 33, 255, 65, 6, 15))
  .map(([name, type]) => `${name} ${type}`);
const hex = (maxLength: number): fc.Arbitrary<string> =>
  fc.uint8Array({ maxLength }).map((octets) => Buffer.from(octets).toString("hex"));
const opt = fc.record({
  payloadSize: fc.nat(65_535),
  version: fc.constantFrom(0, 0, 0, 1, 255),
  extendedRcode: fc.nat(255),
  flags: fc.nat(65_535),
  options: fc.array(fc.tuple(fc.oneof(fc.nat(20), fc.nat(65_535)), hex(40)), { maxLength: 8 }),
});
const parts = fc.record({ flags: fc.nat(0x7fff), opt }, { requiredKeys: ["flags"] });

describe("every reply keeps to the laws", () => {
  it("whatever flags, sizes, versions and options the query has", () => {
    fc.assert(
      fc.property(question, parts, fc.constantFrom(...WAYS), (asked, rest, way) => {
        const packet = query(asked, rest);
        const reply = answer(packet, way);
        expect(reply).toBeDefined();
        if (reply) expectLawful(packet, reply, lawsOf(way));
      }),
      { numRuns: 5_000 },
    );
  });

  it("whatever is wrong with the query, and in 5 ms", () => {
    const damage = fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 5 });
    const cut = fc.oneof(fc.constant(0), fc.nat(60));
    const whole = fc.tuple(question, parts, damage, cut, fc.constantFrom(...WAYS));
    fc.assert(
      fc.property(whole, ([asked, rest, edits, missing, way]) => {
        const good = query(asked, rest);
        const packet = good.subarray(0, Math.max(0, good.length - missing));
        for (const [at, octet] of edits) if (at < packet.length) packet[at] = octet;
        expectGoodManners(packet, way);
      }),
      { numRuns: 10_000 },
    );
  });

  it("whatever the counts promise of 60 kilooctets, and in 5 ms", () => {
    const counts = fc.tuple(...Array.from({ length: 4 }, () => fc.nat(65_535)));
    const fill = fc.constantFrom("00", "c00c", "0161c00c", "ff", "00002904d000000000", "3f41");
    fc.assert(
      fc.property(counts, fill, fc.constantFrom(...WAYS), (numbers, pattern, way) => {
        const body = Buffer.alloc(60_000, pattern, "hex");
        // One question often, so that records are reached.
        const [questions = 0, ...rest] = numbers;
        const head = words(1, 0, questions % 2, ...rest.map((number) => number % 6_000));
        expectGoodManners(Buffer.concat([head, body]), way);
      }),
      { numRuns: 300 },
    );
  });
});

/** A reply where there may be one, and a lawful one, soon. */
function expectGoodManners(packet: Buffer, way: Way): void {
  const mayBeAnswered = packet.length >= 12 && ((packet[2] as number) & 0x80) === 0;
  let reply: Buffer | undefined;
  const ms = leastCpuMs(MAX_MS, () => (reply = answer(packet, way)));
  expect(ms).toBeLessThan(MAX_MS);
  expect(reply !== undefined).toBe(mayBeAnswered);
  if (reply) expectLawful(packet, reply, lawsOf(way));
}
