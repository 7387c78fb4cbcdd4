import type { Socket } from "node:dgram";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { parseMessage } from "../../../src/dns/message.ts";
import type { ResourceRecord } from "../../../src/dns/resource-record.ts";
import { bind } from "../../../src/plugins/bind/index.ts";
import { definePlugin } from "../../../src/server/contract/plugin.ts";
import type { Query } from "../../../src/server/contract/query.ts";
import type { Result } from "../../../src/server/contract/reply.ts";
import { Reply } from "../../../src/server/contract/reply.ts";
import { recordingLog } from "../../../src/testing/context.ts";
import type { TestServer } from "../../../src/testing/server.ts";
import { startServer } from "../../../src/testing/server.ts";
import { encodeQuestion, parseQuestion } from "../../recorded/question.ts";

const NOERROR = 0;
const SERVFAIL = 2;

/** Does what the first label says. */
const faulty = definePlugin({
  name: "faulty",
  parse: () => undefined,
  create: () => ({
    serve(query: Query): Result {
      const reply = new Reply(NOERROR);
      if (isOf(query, "throw")) throw new TypeError("thrown");
      if (isOf(query, "reject")) return Promise.reject(new TypeError("rejected"));
      if (isOf(query, "unwritable")) reply.answer = [{} as ResourceRecord];
      return reply;
    },
    observe({ query }: { readonly query: Query }): void {
      if (isOf(query, "observe")) throw new TypeError("observed");
    },
    drain: () => Promise.reject(new TypeError("drained")),
  }),
});

function isOf({ qname }: Query, label: string): boolean {
  return qname.toString().startsWith(`${label}.`);
}

let recording = recordingLog();
let server: TestServer;
let socket: Socket;

beforeEach(async () => {
  recording = recordingLog();
  server = await startServer({
    corefile: ".:{{PORT}} {\n bind 127.0.0.1\n faulty\n}",
    plugins: [bind, faulty],
    log: recording.log,
  });
  socket = createSocket("udp4");
  socket.on("error", () => {});
});

afterEach(() => {
  socket.close();
});

async function rcodeOf(name: string): Promise<number | undefined> {
  const answered = once(socket, "message");
  socket.send(encodeQuestion(parseQuestion(`${name} A`), 7), server.port, "127.0.0.1");
  const [packet] = (await answered) as [Buffer];
  return parseMessage(packet)?.rcode;
}

it("what a plugin throws fails its query alone, is logged with its stack, and counted", async () => {
  expect(await rcodeOf("throw.test")).toBe(SERVFAIL);
  expect(await rcodeOf("reject.test")).toBe(SERVFAIL);
  expect(await rcodeOf("unwritable.test")).toBe(SERVFAIL);
  expect(await rcodeOf("observe.test")).toBe(NOERROR);
  expect(await rcodeOf("well.test")).toBe(NOERROR);
  await server.stop();
  expect(recording.lines).toEqual([
    expect.stringMatching(/^error: Recovered from panic in plugin: TypeError: thrown at .*serve/),
    expect.stringMatching(/^error: Recovered from panic in plugin: TypeError: rejected at /),
    expect.stringMatching(/^error: Recovered from panic in encoding of a reply: TypeError: /),
    expect.stringMatching(/^error: Recovered from panic in observer of a query: .* observed at /),
    "error: plugin/faulty: Cannot drain",
  ]);
  expect(await server.server.metrics.text()).toContain("\ncoredns_panics_total 4\n");
});
