import { afterEach, describe, expect, test } from "vitest";
import { Flag } from "../../dns/header.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { Name } from "../../dns/name.ts";
import { parseRecord } from "../../dns/presentation.ts";
import { BADSIG } from "../../dns/tsig/open-request.ts";
import { TsigConversation } from "../../dns/tsig/tsig-conversation.ts";
import type { TsigKey } from "../../dns/tsig/tsig-key.ts";
import { findTsig } from "../../dns/tsig/tsig-record.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import { RecordStream } from "../../server/contract/record-stream.ts";
import { plugins } from "../index.ts";
import type { TestServer } from "../../testing/server.ts";
import { startServer } from "../../testing/server.ts";
import type { Transport } from "./signed-exchange.cases.ts";
import { KEY, SECRET, exchange, question, told } from "./signed-exchange.cases.ts";

const running: TestServer[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

const TRANSFERS = 3;

/** Answers everything with three messages of records. */
const stream = definePlugin({
  name: "stream",
  parse: () => undefined,
  create: () => ({
    accepts: ["transfer"],
    serve: () => new RecordStream(manyRecords()),
  }),
});

function* manyRecords(): Generator<ReturnType<typeof parseRecord>> {
  const text = "x".repeat(250);
  for (let i = 0; i < 100 * TRANSFERS; i++) {
    yield parseRecord(`h${i}.example.org. 5 IN TXT "${text}"`);
  }
}

async function start(tsig: string, more = "whoami", others = ""): Promise<number> {
  const corefile = `example.org:0 {\nbind 127.0.0.1\n${tsig}\n${more}\n}\n${others}`;
  const one = await startServer({ corefile, plugins: [...plugins, stream] });
  running.push(one);
  return one.port;
}

const now = (): number => Math.floor(Date.now() / 1_000);
const WITH_KEY = `tsig {\nsecret k.example.org. ${SECRET}\n}`;
const REQUIRED = `tsig {\nsecret k.example.org. ${SECRET}\nrequire all\n}`;

function signer(key: TsigKey = KEY, aheadSeconds = 0): TsigConversation {
  return new TsigConversation(key, () => now() + aheadSeconds);
}

/** Puts the last record of a message in front of its only other one. */
function withTsigFirst(packet: Buffer, plain: Buffer): Buffer {
  const opt = plain.subarray(-11);
  const rest = plain.subarray(0, -11);
  const header = Buffer.from(rest);
  header.writeUInt16BE(2, 10);
  return Buffer.concat([header, packet.subarray(plain.length), opt]);
}

describe.each<Transport>(["udp", "tcp"])("over %s", (transport) => {
  test("a signed query has a signed reply, and others have none", async () => {
    const port = await start(WITH_KEY);
    for (const hasEdns of [true, false, true]) {
      const client = signer();
      const packet = client.sign(question(undefined, "A", hasEdns));
      const [reply] = await exchange(transport, port, packet);
      expect(told(reply)).toEqual({ rcode: 0, error: 0, macOctets: 32 });
      client.verify(reply as Buffer);
      const [plain] = await exchange(transport, port, question(undefined, "A", hasEdns));
      expect(told(plain)).toEqual({ rcode: 0, error: undefined, macOctets: 0 });
    }
  });

  test("what has to be signed and is not is refused, whatever others have asked before", async () => {
    const port = await start(REQUIRED);
    for (let i = 0; i < 3; i++) {
      const [reply] = await exchange(transport, port, signer().sign(question()));
      expect(told(reply)).toMatchObject({ rcode: 0, error: 0 });
      const [refused] = await exchange(transport, port, question());
      expect(told(refused)).toEqual({ rcode: Rcode.REFUSED, error: undefined, macOctets: 0 });
    }
  });

  test.each<[string, TsigKey, number, number, number]>([
    ["a key that is not here", { ...KEY, name: Name.parse("other.") }, 0, Rcode.BADKEY, 0],
    ["another secret", { ...KEY, secret: Buffer.from("another") }, 0, BADSIG, 0],
    ["a clock that is behind", KEY, -400, Rcode.BADTIME, 32],
    ["a clock that is ahead", KEY, 400, Rcode.BADTIME, 32],
  ])("%s is NOTAUTH, and the reason told", async (_, key, ahead, error, macOctets) => {
    const port = await start(WITH_KEY);
    const [reply] = await exchange(transport, port, signer(key, ahead).sign(question()));
    expect(told(reply)).toEqual({ rcode: Rcode.NOTAUTH, error, macOctets });
  });

  test.each(["", WITH_KEY])(
    "a TSIG record that is not the last one is malformed: %s",
    async (tsig) => {
      const port = await start(tsig);
      const plain = question(undefined, "A", true);
      const packet = signer().sign(plain);
      const [first] = await exchange(transport, port, withTsigFirst(packet, plain));
      expect(told(first).rcode).toBe(Rcode.FORMERR);
      const twice = Buffer.concat([packet, packet.subarray(plain.length)]);
      twice.writeUInt16BE(3, 10);
      const [second] = await exchange(transport, port, twice);
      expect(told(second).rcode).toBe(Rcode.FORMERR);
    },
  );

  test("the refusal of a signed query is signed", async () => {
    const port = await start(WITH_KEY);
    const client = signer();
    const [reply] = await exchange(transport, port, client.sign(question(undefined, "AXFR")));
    expect(told(reply)).toEqual({ rcode: Rcode.REFUSED, error: 0, macOctets: 32 });
    client.verify(reply as Buffer);
  });

  test("names outside of its zones are not looked at", async () => {
    const port = await start(
      `tsig in.example.org {\nsecret k.example.org. ${SECRET}\nrequire all\n}`,
    );
    const other = signer({ ...KEY, name: Name.parse("other.") });
    const [reply] = await exchange(transport, port, other.sign(question()));
    expect(told(reply)).toEqual({ rcode: 0, error: undefined, macOctets: 0 });
    const [inside] = await exchange(transport, port, other.sign(question("in.example.org.")));
    expect(told(inside)).toMatchObject({ rcode: Rcode.NOTAUTH });
  });
});

test("keys of other server blocks are good, too", async () => {
  const other = `example.net:0 {\nbind 127.0.0.1\n${WITH_KEY}\nwhoami\n}\n`;
  const port = await start("tsig", "whoami", other);
  const [reply] = await exchange("udp", port, signer().sign(question()));
  expect(told(reply)).toMatchObject({ rcode: 0, error: 0 });
});

test("there is room for the signature in a reply that is cut short", async () => {
  const text = "x".repeat(200);
  const answers = [1, 2, 3].map((i) => `answer "{{ .Name }} 5 IN TXT ${text}${i}"`);
  const port = await start(WITH_KEY, `template IN ANY {\n${answers.join("\n")}\n}`);
  const client = signer();
  const [reply = Buffer.alloc(0)] = await exchange(
    "udp",
    port,
    client.sign(question(undefined, "TXT")),
  );
  client.verify(reply);
  expect(reply.length).toBeLessThanOrEqual(512);
  expect(reply.readUInt16BE(2) & Flag.TC).not.toBe(0);
  // One answer fits beside the signature, where two would without it.
  expect(reply.readUInt16BE(6)).toBe(1);
});

test("each message of a stream is signed, and covers the one before", async () => {
  const port = await start(WITH_KEY, "stream");
  const client = signer();
  const packet = client.sign(question("example.org.", "AXFR"));
  const messages = await exchange("tcp", port, packet, TRANSFERS);
  for (const message of messages) {
    expect(findTsig(message)).toBeGreaterThan(0);
    client.verify(message);
  }
  client.end();
});

test("only signed transfers, if they have to be", async () => {
  const port = await start(`tsig {\nsecret k.example.org. ${SECRET}\nrequire AXFR\n}`, "stream");
  const [refused] = await exchange("tcp", port, question("example.org.", "AXFR"));
  expect(told(refused)).toMatchObject({ rcode: Rcode.REFUSED });
  const [other] = await exchange("tcp", port, question("example.org.", "A"));
  expect(told(other)).toMatchObject({ rcode: 0 });
});
