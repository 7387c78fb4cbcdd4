import { once } from "node:events";
import type { Server } from "node:http";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { WebSocketServer } from "ws";
import { openPodConnection } from "./pod-connection.ts";

const CHANNELS = "v4.channel.k8s.io";
const PORT_NUMBER = Buffer.from([0x90, 0x1f]);

let api: Server | undefined;
let port = 0;
let offered = "";

afterEach(() => {
  api?.closeAllConnections();
  api?.close();
});

/** An API server that speaks this protocol only. */
async function serve(
  talk: (socket: WebSocket) => void,
  protocol = CHANNELS,
  status?: number,
): Promise<void> {
  const server = createServer((_request, response) => void response.writeHead(404).end());
  const sockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
  server.on("upgrade", (request, socket, head) => {
    offered = request.headers["sec-websocket-protocol"] ?? "";
    if (status !== undefined) {
      const body = JSON.stringify({ kind: "Status", message: "not for you", reason: "Forbidden" });
      const type = "content-type: application/json";
      socket.end(
        `HTTP/1.1 ${status} No\r\n${type}\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
      );
      return;
    }
    // Unlike Go's, this server minds that the name of the better one is no token.
    request.headers["sec-websocket-protocol"] = CHANNELS;
    sockets.handleUpgrade(request, socket, head, talk);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  api = server;
}

function dial(): Promise<Duplex> {
  const credentials = { url: new URL(`http://127.0.0.1:${port}`) };
  return openPodConnection(
    { apart: (path, use) => use({ credentials, path, headers: {} }) },
    { namespace: "shop", name: "web-1", port: 8_080 },
  );
}

/** Channels as a kubelet begins them. */
function begin(socket: WebSocket): void {
  for (const channel of [0, 1]) socket.send(Buffer.concat([Buffer.of(channel), PORT_NUMBER]));
}

async function readAll(stream: Duplex): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

describe("a connection to a Pod over channels, as API servers before 1.31 have them", () => {
  it("is what such a server takes of what is offered", async () => {
    await serve(begin);
    (await dial()).destroy();
    expect(offered).toBe(`SPDY/3.1+portforward.k8s.io, ${CHANNELS}`);
  });

  it("carries octets both ways", async () => {
    const sizes = [1, 118, 119, 120, 65_526, 65_540, 300_000];
    const sent = sizes.map((size, i) => Buffer.alloc(size, `${i} octets`));
    const total = Buffer.concat(sent).length;
    await serve((socket) => {
      begin(socket);
      let length = 0;
      socket.on("message", (message: Buffer) => {
        socket.send(message);
        length += message.length - 1;
        if (length === total) socket.close(1_000);
      });
    });
    const connection = await dial();
    for (const octets of sent) connection.write(octets);
    expect((await readAll(connection)).equals(Buffer.concat(sent))).toBe(true);
  });

  it("waits for a reader that takes nothing", async () => {
    const message = Buffer.alloc(1 << 16);
    await serve((socket) => {
      begin(socket);
      for (let i = 0; i < 512; i++) socket.send(message);
    });
    const connection = await dial();
    await expect.poll(() => connection.readableLength).toBeGreaterThanOrEqual(256 << 10);
    for (let i = 0; i < 100; i++) await turn();
    expect(connection.readableLength).toBeLessThan(1 << 20);
    connection.destroy();
  });

  it("ends with what the node says if nobody listens there", async () => {
    await serve((socket) => {
      begin(socket);
      socket.send(Buffer.from("\u0001connection refused"));
    });
    await expect(readAll(await dial())).rejects.toMatchObject({
      message: "connection refused",
      isUnconnected: true,
    });
  });

  it.each([
    ["with code 1011", (socket: WebSocket) => socket.close(1_011)],
    ["without a word", (socket: WebSocket) => socket.terminate()],
  ])("fails when the server closes it %s", async (how, close) => {
    await serve(close);
    await expect(dial().then(readAll)).rejects.toThrow(how);
  });
});

describe("a connection to a Pod", () => {
  it("is refused in the API server's words", async () => {
    await serve(() => {}, CHANNELS, 403);
    await expect(dial()).rejects.toThrow("403 Forbidden: not for you");
  });

  it("is none with a server that speaks what nobody has offered", async () => {
    await serve(() => {}, "chat");
    await expect(dial()).rejects.toThrow("has chosen a protocol that nobody offered");
  });
});
