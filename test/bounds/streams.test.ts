import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Composer } from "../../src/dns/composer.ts";
import type { EdnsOption } from "../../src/dns/edns.ts";
import { Name } from "../../src/dns/name.ts";
import { parseMessage } from "../../src/dns/message.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { FrameReader, frame } from "../../src/dns/frame-reader.ts";

let server: TestServer;

beforeEach(async () => {
  const corefile =
    ".:{{PORT}} {\n bind 127.0.0.1\n hosts /does/not/exist {\n 192.0.2.1 a.test\n }\n}";
  server = await startServer({ corefile });
});

afterEach(() => server.stop());

function query(options: readonly EdnsOption[]): Buffer {
  const composer = new Composer();
  composer.begin(1, 0x0100, 65_535);
  composer.question(Name.parse("a.test."), 1, 1);
  composer.edns(1232, 0, false, options);
  return Buffer.from(composer.finish());
}

/** Sends octets in one write and gives as many replies. */
async function exchange(octets: Buffer, count: number): Promise<Buffer[]> {
  const socket = connect(server.port, "127.0.0.1");
  const replies: Buffer[] = [];
  const reader = new FrameReader();
  socket.on("data", (chunk: Buffer) => reader.push(chunk, (reply) => replies.push(reply)));
  socket.write(octets);
  while (replies.length < count) await once(socket, "data");
  socket.destroy();
  return replies;
}

describe("over a stream", () => {
  it("a query with 10,000 empty options is answered as any other one", async () => {
    const options = Array.from({ length: 10_000 }, (_, i) => ({
      code: 1_000 + i,
      data: Buffer.alloc(0),
    }));
    const packet = frame(query(options));
    const replies = await exchange(Buffer.concat(Array.from({ length: 20 }, () => packet)), 20);
    for (const reply of replies) {
      const { rcode, answer, edns } = parseMessage(reply) ?? {};
      expect([rcode, answer?.length, edns?.options]).toEqual([0, 1, []]);
    }
  });

  it("options that come twice are answered as those that come once", async () => {
    for (const code of [3, 8, 10, 11, 12, 15, 65_001]) {
      for (const octets of [0, 2, 8, 500]) {
        const option = { code, data: Buffer.alloc(octets, 1) };
        const [once_, twice] = await exchange(
          Buffer.concat([frame(query([option])), frame(query([option, option]))]),
          2,
        );
        expect(twice).toEqual(once_);
      }
    }
  });

  it("100,000 queries in one write are all answered", async () => {
    const count = 100_000;
    const one = frame(query([]));
    const all = Buffer.alloc(count * one.length);
    for (let i = 0; i < count; i++) one.copy(all, i * one.length);
    for (let i = 0; i < count; i++) all.writeUInt16BE(i & 0xffff, i * one.length + 2);
    const replies = await exchange(all, count);
    const ids = new Set(replies.map((reply) => reply.readUInt16BE(0)));
    expect([replies.length, ids.size]).toEqual([count, 65_536]);
  });
});
