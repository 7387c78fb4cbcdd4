import { once } from "node:events";
import type { AddressInfo, Server, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Http1Transport } from "./http1-transport.ts";

let server: Server;

beforeEach(async () => {
  server = createServer((socket) => socket.on("error", () => {}).resume());
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  server.close();
});

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
  socket.on("error", () => {});
  await once(socket, "connect");
  return socket;
}

/** A transport whose first socket is in use, and the one that it waits for. */
async function busyTransport(): Promise<{
  transport: Http1Transport;
  opening: PromiseWithResolvers<Socket>;
}> {
  const opening = Promise.withResolvers<Socket>();
  const transport = new Http1Transport("api.test", await open(), () => opening.promise);
  transport.get("/first", {}).catch(() => {});
  return { transport, opening };
}

describe("a connection for each request", () => {
  it("leaves none open that was being opened when it was closed", async () => {
    const { transport, opening } = await busyTransport();
    const second = transport.get("/second", {});
    transport.close();
    const late = await open();
    opening.resolve(late);
    await expect(second).rejects.toThrow("closed while it was being opened");
    expect([late.destroyed, transport.isUsable]).toEqual([true, false]);
  });

  it("leaves none open for a request that cannot be written", async () => {
    const { transport, opening } = await busyTransport();
    const second = transport.get("/second", { authorization: "Bearer a\nb" });
    const idle = await open();
    opening.resolve(idle);
    await expect(second).rejects.toThrow("Invalid character in header");
    expect(idle.destroyed).toBe(true);
    transport.close();
  });

  it("says so where the server ends it without a word", async () => {
    const { transport, opening } = await busyTransport();
    const second = transport.get("/second", {});
    server.once("connection", (socket: Socket) => socket.end());
    opening.resolve(open());
    await expect(second).rejects.toThrow("socket hang up");
    transport.close();
  });
});
