import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Composer } from "../src/dns/composer.ts";
import { parseMessage } from "../src/dns/message.ts";
import { Name } from "../src/dns/name.ts";
import type { Client } from "../src/server/client.ts";
import { Dispatcher } from "../src/server/dispatcher.ts";
import { startServer } from "../src/testing/server.ts";
import type { TestServer } from "../src/testing/server.ts";

const COREFILE = `.:{{PORT}} {
  bind 127.0.0.1
  errors
  loadbalance
  cache 30
  hosts {
    192.0.2.1 www.example.org
    fallthrough
  }
  whoami
}`;

let server: TestServer;
let dispatcher: Dispatcher;

beforeAll(async () => {
  server = await startServer({ corefile: COREFILE });
  const [endpoint] = server.server.configuration.endpoints.values();
  if (!endpoint) throw new Error("no endpoint");
  dispatcher = new Dispatcher(endpoint.router);
});

afterAll(() => server.stop());

/** What comes back for a packet: undefined for silence. */
function answer(packet: Buffer, transport: "udp" | "tcp"): Buffer | undefined {
  const replies: (Buffer | undefined)[] = [];
  const client: Client = {
    transport,
    address: "127.0.0.1",
    port: 4711,
    localAddress: "127.0.0.1",
    localPort: 53,
    maxReplyOctets: transport === "udp" ? 1232 : 65_535,
    keepaliveMs: transport === "udp" ? 0 : 10_000,
    send: (reply) => void replies.push(reply),
    drop: () => void replies.push(undefined),
  };
  dispatcher.receive(packet, client);
  expect(replies).toHaveLength(1);
  return replies[0];
}

function corpus(): Buffer[] {
  const composer = new Composer();
  const packets: Buffer[] = [];
  for (const [qname, qtype] of [
    ["www.example.org.", 1],
    ["a.b.c.", 255],
    [".", 2],
    ["x\\000\\.y.", 65],
  ] as const) {
    for (const withEdns of [false, true]) {
      composer.begin(0x1234, 0x0100, 512);
      composer.question(Name.parse(qname), qtype, 1);
      if (withEdns) {
        const options = [3, 8, 10, 11, 12].map((code) => ({
          code,
          data: Buffer.from([0, 1, 24, 0, 192, 0, 2, 1]),
        }));
        composer.reserve(100);
        composer.edns(4096, 0, true, options);
      }
      packets.push(Buffer.from(composer.finish()));
    }
  }
  return packets;
}

/** Whatever comes in, a reply is a good message to that very query, or there is none. */
function expectSaneAnswer(packet: Buffer, transport: "udp" | "tcp"): void {
  const reply = answer(packet, transport);
  const isQuery = packet.length >= 12 && ((packet[2] as number) & 0x80) === 0;
  expect(reply !== undefined).toBe(isQuery);
  if (!reply) return;
  const message = parseMessage(reply);
  expect(message?.id).toBe(packet.readUInt16BE(0));
  expect(reply.readUInt16BE(2) & 0x8000).toBe(0x8000);
  expect([0, 1, 2, 3, 4, 5, 9, 16]).toContain(message?.rcode);
  expect(reply.length).toBeLessThanOrEqual(transport === "udp" ? 1232 : 65_535);
}

const transport = fc.constantFrom("udp" as const, "tcp" as const);

describe("a packet of any octets gets a sane answer or none", () => {
  it("when they are random", () => {
    const octets = fc.uint8Array({ maxLength: 300 });
    fc.assert(
      fc.property(octets, transport, (packet, name) => expectSaneAnswer(Buffer.from(packet), name)),
      { numRuns: 5_000 },
    );
  });

  it("when a good query is damaged", () => {
    const damage = fc.array(fc.tuple(fc.nat(120), fc.nat(255)), { minLength: 1, maxLength: 6 });
    const cut = fc.nat(20);
    fc.assert(
      fc.property(
        fc.constantFrom(...corpus()),
        damage,
        cut,
        transport,
        (good, edits, missing, name) => {
          const packet = Buffer.from(
            good.subarray(0, Math.max(0, good.length - (missing < 10 ? missing : 0))),
          );
          for (const [at, octet] of edits) if (at < packet.length) packet[at] = octet;
          expectSaneAnswer(packet, name);
        },
      ),
      { numRuns: 20_000 },
    );
  });
});
