import { readFileSync } from "node:fs";
import { assert, constantFrom, integer, nat, property, uint8Array } from "fast-check";
import { describe, expect, test } from "vitest";
import { Rcode } from "../iana/rcode.ts";
import type { Name } from "../name.ts";
import type { OpenedRequest } from "./open-request.ts";
import { BADSIG, openRequest } from "./open-request.ts";
import { parseTsigAlgorithm } from "./tsig-algorithm.ts";
import { TsigConversation } from "./tsig-conversation.ts";
import type { TsigKey } from "./tsig-key.ts";
import { appendTsig, findTsig, readSigned } from "./tsig-record.ts";
import { NOW_SECONDS, plainMessage, testKey } from "./tsig.cases.ts";

/** Made by dnspython: a request of each algorithm, and three messages of its reply. */
interface Vectors {
  readonly vectors: readonly { algorithm: string; request: string; replies: string[] }[];
}

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file
const { vectors } = JSON.parse(
  readFileSync(new URL("testdata/dnspython.json", import.meta.url), "utf8"),
) as Vectors;

const ANSWER = ["www.example.org. 300 IN A 192.0.2.1"];

function signedBy(key: TsigKey, nowSeconds = NOW_SECONDS): Buffer {
  return new TsigConversation(key, () => nowSeconds).sign(plainMessage(7));
}

function opened(packet: Buffer, keys: readonly TsigKey[], now = NOW_SECONDS): OpenedRequest {
  const find = (name: Name): TsigKey | undefined => keys.find((key) => key.name.equals(name));
  return openRequest(packet, findTsig(packet) ?? 0, find, now);
}

/** Shortens the MAC of a message. */
function truncated(packet: Buffer, octets: number): Buffer {
  const at = findTsig(packet) ?? 0;
  const message = readSigned(packet, at);
  if (!message) throw new Error("not signed");
  const { keyName, fields, header, body } = message;
  const mac = fields.mac.subarray(0, octets);
  return appendTsig(Buffer.concat([header, body]), keyName, { ...fields, mac });
}

describe.each(vectors)(
  "$algorithm, as another program has it",
  ({ algorithm, request, replies }) => {
    const key = testKey("Transfer.Example.Org.", algorithm);
    const packet = Buffer.from(request, "hex");

    test("a request is verified, and signed to the same octets", () => {
      const at = findTsig(packet) ?? 0;
      const message = readSigned(packet, at);
      if (!message) throw new Error("not signed");
      expect(opened(packet, [key])).toMatchObject({ rcode: 0, error: 0, key });
      const plain = Buffer.concat([message.header, message.body]);
      expect(new TsigConversation(key, () => NOW_SECONDS).sign(plain)).toEqual(packet);
    });

    test("the messages of a reply are signed to the same octets, and verified", () => {
      const conversation = new TsigConversation(key, () => NOW_SECONDS);
      conversation.sign(plainOf(packet));
      const server = opened(packet, [key]);
      for (const [i, hex] of replies.entries()) {
        const reply = Buffer.from(hex, "hex");
        const signed = server.seal(plainOf(reply), NOW_SECONDS + i);
        expect(signed).toEqual(reply);
        expect(signed).toHaveLength(plainOf(reply).length + server.octets);
        conversation.verify(signed);
      }
      conversation.end();
    });
  },
);

function plainOf(packet: Buffer): Buffer {
  const message = readSigned(packet, findTsig(packet) ?? 0);
  return message ? Buffer.concat([message.header, message.body]) : packet;
}

describe("a request that", () => {
  test("is signed with a key that nobody knows is BADKEY, and the reply unsigned", () => {
    const result = opened(signedBy(testKey("other.")), [testKey()]);
    expect(result).toMatchObject({ rcode: Rcode.NOTAUTH, error: Rcode.BADKEY, key: undefined });
    const record = readSigned(result.seal(plainMessage(7), 1), plainMessage(7).length);
    expect(record?.fields).toMatchObject({ error: Rcode.BADKEY, timeSigned: 1 });
    expect(record?.fields.mac).toHaveLength(0);
  });

  test("is signed with another algorithm than the key's is BADKEY", () => {
    const result = opened(signedBy(testKey(undefined, "hmac-sha1")), [
      testKey(undefined, "hmac-sha256"),
    ]);
    expect(result).toMatchObject({ rcode: Rcode.NOTAUTH, error: Rcode.BADKEY });
  });

  test("is signed with another secret is BADSIG", () => {
    const other = { ...testKey(), secret: Buffer.from("another") };
    const result = opened(signedBy(other), [testKey()]);
    expect(result).toMatchObject({ rcode: Rcode.NOTAUTH, error: BADSIG });
  });

  test("names the key in other capitals is verified, and the reply too", () => {
    const client = new TsigConversation(testKey("TRANSFER.example.ORG."), () => NOW_SECONDS);
    const result = opened(client.sign(plainMessage(7)), [testKey()]);
    expect(result).toMatchObject({ rcode: 0, error: 0 });
    client.verify(result.seal(plainMessage(7, ANSWER), NOW_SECONDS));
  });

  test.each([
    [300, 0],
    [301, Rcode.BADTIME],
    [-300, 0],
    [-301, Rcode.BADTIME],
  ])("is %i s from our time: error %i", (seconds, error) => {
    const result = opened(signedBy(testKey()), [testKey()], NOW_SECONDS + seconds);
    expect(result).toMatchObject({ rcode: error === 0 ? 0 : Rcode.NOTAUTH, error });
  });

  test("has another time is told ours, in a reply that verifies there", () => {
    const client = new TsigConversation(testKey(), () => NOW_SECONDS);
    const result = opened(client.sign(plainMessage(7)), [testKey()], NOW_SECONDS + 1_000);
    const reply = result.seal(plainMessage(7, [], 0x8009), NOW_SECONDS + 1_001);
    const { fields } = readSigned(reply, findTsig(reply) ?? 0) ?? {};
    expect(fields).toMatchObject({ timeSigned: NOW_SECONDS, error: Rcode.BADTIME });
    expect(fields?.otherData.readUIntBE(0, 6)).toBe(NOW_SECONDS + 1_001);
    expect(() => client.verify(reply)).toThrow("BADTIME: its clock is 1001 s ahead of ours");
  });

  test.each([
    [15, Rcode.FORMERR, 0],
    [16, Rcode.NOTAUTH, Rcode.BADTRUNC],
    [31, Rcode.NOTAUTH, Rcode.BADTRUNC],
    [32, Rcode.NOERROR, 0],
  ])("has %i of 32 octets of its MAC is rcode %i, error %i", (octets, rcode, error) => {
    const packet = truncated(signedBy(testKey()), octets);
    expect(opened(packet, [testKey()])).toMatchObject({ rcode, error });
  });

  test("has a short MAC is verified where the key's may be so short", () => {
    const key = testKey(undefined, "hmac-sha256-128");
    const packet = signedBy(key);
    expect(readSigned(packet, findTsig(packet) ?? 0)?.fields.mac).toHaveLength(16);
    expect(opened(packet, [key])).toMatchObject({ rcode: 0, error: 0 });
    expect(opened(signedBy(testKey(undefined, "hmac-sha256-128.")), [key])).toMatchObject({
      error: 0,
    });
  });

  test("has more octets of a MAC than there are is malformed", () => {
    const packet = signedBy(testKey());
    const message = readSigned(packet, findTsig(packet) ?? 0);
    if (!message) throw new Error("not signed");
    const mac = Buffer.concat([message.fields.mac, Buffer.from([0])]);
    const longer = appendTsig(plainOf(packet), message.keyName, { ...message.fields, mac });
    expect(opened(longer, [testKey()])).toMatchObject({ rcode: Rcode.FORMERR });
  });

  test("has been given another ID on its way is verified by the one before", () => {
    const packet = signedBy(testKey());
    packet.writeUInt16BE(4_711, 0);
    expect(opened(packet, [testKey()])).toMatchObject({ rcode: 0, error: 0 });
  });

  test("has a record of another class or TTL is malformed", () => {
    for (const skip of [2, 4]) {
      const packet = signedBy(testKey());
      const at = (findTsig(packet) ?? 0) + testKey().name.wire.length + skip;
      packet.writeUInt16BE(1, at);
      expect(opened(packet, [testKey()])).toMatchObject({ rcode: Rcode.FORMERR });
    }
  });
});

describe("properties", () => {
  const words = constantFrom(
    "hmac-md5",
    "hmac-sha1",
    "hmac-sha256-160",
    "hmac-sha384",
    "hmac-sha512",
  );

  test("an octet that was altered is found out, but for capitals of the record's names", () => {
    assert(
      property(words, nat(), integer({ min: 1, max: 255 }), (word, where, change) => {
        const key = testKey(undefined, word);
        const packet = signedBy(key);
        const at = 2 + (where % (packet.length - 2));
        packet[at] = (packet[at] as number) ^ change;
        const tsigAt = findTsig(packet);
        if (tsigAt === undefined || tsigAt === 0) return;
        const result = opened(packet, [key]);
        const isInRecord = at >= tsigAt && change === 0x20;
        expect(result.rcode !== Rcode.NOERROR || isInRecord).toBe(true);
      }),
    );
  });

  test("any octets behind a header are read without a throw", () => {
    assert(
      property(uint8Array({ maxLength: 300 }), nat(300), (octets, at) => {
        const packet = Buffer.from(octets);
        if (packet.length >= 12) packet.writeUInt32BE(1, 8);
        findTsig(packet);
        if (at < packet.length) readSigned(packet, at);
      }),
    );
  });
});

test("words of configurations", () => {
  expect(parseTsigAlgorithm("HMAC-MD5")?.algorithm.hash).toBe("md5");
  expect(parseTsigAlgorithm("hmac-md5.sig-alg.reg.int")?.algorithm.hash).toBe("md5");
  expect(parseTsigAlgorithm("hmac-sha512.")?.macOctets).toBe(64);
  expect(parseTsigAlgorithm("hmac-sha512-256")?.macOctets).toBe(32);
  for (const word of ["sha256", "hmac-sha256-120", "hmac-sha256-264", "hmac-sha256-129", "hmac-"]) {
    expect(parseTsigAlgorithm(word)).toBeUndefined();
  }
});
