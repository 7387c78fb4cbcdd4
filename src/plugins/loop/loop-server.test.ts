import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { noArguments } from "../../corefile/arguments.ts";
import { Composer } from "../../dns/composer.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { AnyPlugin } from "../../server/contract/plugin.ts";
import { definePlugin } from "../../server/contract/plugin.ts";
import type { Query } from "../../server/contract/query.ts";
import { Reply } from "../../server/contract/reply.ts";
import type { TestServer } from "../../testing/server.ts";
import { recordingLog } from "../../testing/context.ts";
import { startServer } from "../../testing/server.ts";
import { loop } from "./index.ts";

let server: TestServer | undefined;
const asked: string[] = [];

afterEach(async () => {
  await server?.stop();
  asked.length = 0;
});

/** Sends each question to this port on the loopback, or answers it if there is none. */
function relay(port: () => number): AnyPlugin {
  return definePlugin({
    name: "relay",
    parse: noArguments,
    configure: (_options, settings) => void settings.listenOn.push("127.0.0.1"),
    create: () => ({
      serve(query) {
        asked.push(query.qname.toString());
        return port() === 0 ? new Reply(Rcode.NXDOMAIN) : forward(query, port());
      },
    }),
  });
}

async function forward(query: Query, port: number): Promise<Reply> {
  const composer = new Composer();
  composer.begin(asked.length, query.flags, 512);
  composer.question(query.qname, query.qtype, query.qclass);
  const socket = createSocket("udp4");
  // A server that stops in the middle of a loop is no news.
  socket.on("error", () => {});
  socket.send(composer.finish(), port, "127.0.0.1");
  await once(socket, "message");
  socket.close();
  return new Reply(Rcode.SERVFAIL);
}

const recording = recordingLog();

async function start(port: () => number): Promise<string[]> {
  const fatal: string[] = [];
  server = await startServer({
    corefile: ".:{{PORT}} {\n loop\n relay\n}",
    plugins: [loop, relay(port)],
    log: recording.log,
    onFatal: (message) => fatal.push(message),
  });
  return fatal;
}

it("finds out that the server forwards to itself, over its own sockets", async () => {
  const fatal = await start(() => server?.port ?? 0);
  await expect.poll(() => fatal).toHaveLength(1);
  expect(fatal[0]).toMatch(/^Loop \(127\.0\.0\.1:\d+ -> 127\.0\.0\.1:\d+\) detected for zone "\."/);
  expect(recording.lines).toEqual([`fatal: plugin/loop: ${fatal[0]}`]);
});

it("has nothing to say about a server that does not", async () => {
  const fatal = await start(() => 0);
  await expect.poll(() => asked).toHaveLength(1);
  expect(fatal).toEqual([]);
});
