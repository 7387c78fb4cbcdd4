import { expect, test } from "vitest";
import { Rcode } from "../iana/rcode.ts";
import { openRequest } from "./open-request.ts";
import type { OpenedRequest } from "./open-request.ts";
import { TsigConversation } from "./tsig-conversation.ts";
import type { TsigKey } from "./tsig-key.ts";
import { findTsig } from "./tsig-record.ts";
import { NOW_SECONDS, plainMessage, testKey } from "./tsig.cases.ts";

const ANSWER = ["www.example.org. 300 IN A 192.0.2.1"];

interface Sides {
  readonly client: TsigConversation;
  readonly server: OpenedRequest;
}

function converse(theirs: TsigKey | undefined = testKey()): Sides {
  const client = new TsigConversation(testKey(), () => NOW_SECONDS);
  const packet = client.sign(plainMessage(7));
  const server = openRequest(packet, findTsig(packet) ?? 0, () => theirs, NOW_SECONDS);
  return { client, server };
}

/** The server's next message. */
function sealed(server: OpenedRequest, nowSeconds = NOW_SECONDS): Buffer {
  return server.seal(plainMessage(7, ANSWER), nowSeconds);
}

test("a reply of one message is verified", () => {
  const { client, server } = converse();
  expect(() => {
    client.verify(sealed(server));
    client.end();
  }).not.toThrow();
});

test("a reply that is not signed is not", () => {
  const { client } = converse();
  expect(() => client.verify(plainMessage(7, ANSWER))).toThrow("the reply is not signed");
});

test("the reply to another request is not", () => {
  const client = new TsigConversation(testKey(), () => NOW_SECONDS + 1);
  client.sign(plainMessage(7));
  expect(() => client.verify(sealed(converse().server))).toThrow("bad signature");
});

test("an octet that was altered is found out", () => {
  const { client, server } = converse();
  const reply = sealed(server);
  reply[plainMessage(7, ANSWER).length - 1] = 9;
  expect(() => client.verify(reply)).toThrow("bad signature");
});

test("a message of a stream that was left out, or comes twice, is found out", () => {
  for (const order of [
    [0, 2],
    [0, 1, 1],
    [1, 0],
  ]) {
    const { client, server } = converse();
    const messages = [sealed(server), sealed(server), sealed(server)];
    expect(() => {
      for (const i of order) client.verify(messages[i] as Buffer);
    }).toThrow("bad signature");
  }
});

test("99 messages of a stream may be unsigned, but not 100, and not the last one", () => {
  const { client, server } = converse();
  client.verify(sealed(server));
  for (let i = 0; i < 99; i++) client.verify(plainMessage(7, ANSWER));
  expect(() => client.end()).toThrow("the last message is not signed");
  expect(() => client.verify(plainMessage(7, ANSWER))).toThrow("more than 99 messages");
});

test.each([
  [Rcode.BADKEY, undefined, "the server says BADKEY"],
  [16, { ...testKey(), secret: Buffer.from("x") }, "the server says BADSIG"],
])("error %i of the server is told", (_error, key, message) => {
  const client = new TsigConversation(testKey(), () => NOW_SECONDS);
  const packet = client.sign(plainMessage(7));
  const server = openRequest(packet, findTsig(packet) ?? 0, () => key, NOW_SECONDS);
  const reply = server.seal(plainMessage(7, [], 0x8000 | Rcode.NOTAUTH), NOW_SECONDS);
  expect(() => client.verify(reply)).toThrow(message);
});

test("a reply that was signed long ago is not taken", () => {
  const { client, server } = converse();
  const reply = sealed(server, NOW_SECONDS - 301);
  expect(() => client.verify(reply)).toThrow("the clocks are too far apart");
});

test("a reply that another key has signed is not taken", () => {
  const { client } = converse();
  const other = new TsigConversation(testKey("other."), () => NOW_SECONDS);
  expect(() => client.verify(other.sign(plainMessage(7, ANSWER)))).toThrow("another key");
});

test("what is no message is not taken", () => {
  const { client } = converse();
  expect(() => client.verify(Buffer.alloc(11))).toThrow("malformed reply");
});
