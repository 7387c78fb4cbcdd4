import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { createConnection, createServer } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { FaultProxy } from "./fault-proxy.ts";

let server: Server;
let proxy: FaultProxy;

/** Says back what it hears. */
beforeEach(async () => {
  server = createServer((socket) => socket.on("error", () => {}).pipe(socket));
  await once(server.listen(0, "127.0.0.1"), "listening");
  proxy = await FaultProxy.start((server.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.stop();
  server.close();
});

interface Client {
  readonly socket: Socket;
  readonly heard: () => string;
  /** `FIN`, or the code of an error: `ECONNRESET`. */
  readonly end: Promise<string>;
}

function connect(): Client {
  const socket = createConnection(proxy.port, "127.0.0.1");
  let text = "";
  socket.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  const end = new Promise<string>((resolve) => {
    socket.once("end", () => resolve("FIN"));
    socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? ""));
  });
  return { socket, heard: () => text, end };
}

async function say(client: Client, text: string): Promise<void> {
  client.socket.write(text);
  await expect.poll(client.heard).toContain(text);
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 100));

it("passes everything on, ends too", async () => {
  const client = connect();
  await say(client, "hello");
  client.socket.end("bye");
  expect(await client.end).toBe("FIN");
  expect(client.heard()).toBe("hellobye");
  await expect.poll(() => proxy.openConnections).toBe(0);
  expect(proxy.octetsToClients).toBe(8);
});

it.each([
  ["RST", "ECONNRESET"],
  ["FIN", "FIN"],
] as const)("cuts connections with %s", async (closing, seen) => {
  const clients = [connect(), connect()];
  for (const client of clients) await say(client, "hello");
  proxy.cut(closing);
  expect(await Promise.all(clients.map(({ end }) => end))).toEqual([seen, seen]);
  await say(connect(), "again");
  expect(proxy.acceptedConnections).toBe(3);
});

it("freezes connections, and lets through later what was held back", async () => {
  const client = connect();
  await say(client, "hello");
  await proxy.freeze();
  client.socket.write("lost?");
  const late = connect();
  late.socket.write("late");
  await once(late.socket, "connect");
  await pause();
  expect([client.heard(), late.heard()]).toEqual(["hello", ""]);
  await proxy.thaw();
  await expect.poll(() => [client.heard(), late.heard()]).toEqual(["hellolost?", "late"]);
});

it("may refuse new connections while it is frozen", async () => {
  const client = connect();
  await say(client, "hello");
  await proxy.freeze("refused");
  expect(await connect().end).toBe("ECONNREFUSED");
  await proxy.thaw();
  await say(client, "on");
  await say(connect(), "new");
});

it("refuses new connections and leaves the open ones alone", async () => {
  const client = connect();
  await say(client, "hello");
  await proxy.refuse();
  expect(await connect().end).toBe("ECONNREFUSED");
  await say(client, "still here");
  await proxy.accept();
  await say(connect(), "hello");
});

it.each([
  ["RST", "ECONNRESET"],
  ["FIN", "FIN"],
] as const)(
  "ends connections early with %s after some octets, every time",
  async (closing, seen) => {
    proxy.endEarly({ octets: 4, closing });
    for (const text of ["first", "second"]) {
      const client = connect();
      client.socket.write(text);
      expect(await client.end).toBe(seen);
      expect(client.heard()).toBe(text.slice(0, 4));
    }
    proxy.endEarly(undefined);
    await say(connect(), "without end");
  },
);

it("ends connections early after some time", async () => {
  proxy.endEarly({ afterMs: 20, closing: "FIN" });
  expect(await connect().end).toBe("FIN");
});

it("delays every piece in both directions", async () => {
  proxy.delay(50);
  const client = connect();
  const start = performance.now();
  await say(client, "hello");
  expect(performance.now() - start).toBeGreaterThanOrEqual(99);
});

it("resets connections when nobody listens behind it", async () => {
  server.close();
  await once(server, "close");
  expect(await connect().end).toBe("ECONNRESET");
});
