import type { IncomingHttpHeaders, Server } from "node:http";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo, Server as TcpServer, Socket } from "node:net";
import { connect, createServer as createTcpServer } from "node:net";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { afterEach, expect, it, vi } from "vitest";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../../testing/certificate.ts";
import { openTunnel } from "./proxy-tunnel.ts";
import { failureOf } from "./testing.ts";

const LONG_MS = 20_000;
const toClose = new Set<TcpServer | Socket>();

afterEach(() => {
  for (const item of toClose) {
    if ("destroy" in item) item.destroy();
    else item.close();
  }
  toClose.clear();
});

async function listen(server: TcpServer): Promise<number> {
  toClose.add(server);
  server.on("connection", (socket: Socket) => toClose.add(socket));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** Answers what it is sent, and ends. */
function listenEcho(): Promise<number> {
  return listen(createTcpServer((socket) => socket.pipe(socket)));
}

interface Asked {
  url?: string | undefined;
  headers?: IncomingHttpHeaders;
}

/** Makes a server a proxy that says `greeting` for the server behind it, and notes what it is asked. */
function asProxy<S extends Server>(server: S, greeting = ""): { server: S; asked: Asked } {
  const asked: Asked = {};
  server.on("connect", ({ url, headers }, client: Socket) => {
    Object.assign(asked, { url, headers });
    const upstream = connect(Number(url?.split(":").at(-1)), "127.0.0.1");
    toClose.add(upstream);
    upstream.on("error", () => client.destroy());
    client.write(`HTTP/1.1 200 Connection established\r\n\r\n${greeting}`);
    upstream.pipe(client).pipe(upstream);
  });
  return { server, asked };
}

/** What comes back until it ends in what has been sent. */
async function echo(socket: Socket): Promise<string> {
  toClose.add(socket);
  socket.write("ping");
  let back = "";
  for await (const chunk of socket) {
    back += String(chunk);
    if (back.endsWith("ping")) break;
  }
  return back;
}

it("connects through an HTTP proxy, with user and password", async () => {
  const { server, asked } = asProxy(createServer());
  const proxy = new URL(`http://us%40er:pass@127.0.0.1:${await listen(server)}`);
  const port = await listenEcho();
  expect(await echo(await openTunnel(proxy, "api.example", port, LONG_MS))).toBe("ping");
  expect(asked.url).toBe(`api.example:${port}`);
  expect(asked.headers).toMatchObject({
    host: `api.example:${port}`,
    "proxy-authorization": `Basic ${Buffer.from("us@er:pass").toString("base64")}`,
  });
});

it("sends no authentication where the proxy's URL has none, and brackets around IPv6", async () => {
  const { server, asked } = asProxy(createServer());
  const proxy = new URL(`http://127.0.0.1:${await listen(server)}`);
  const port = await listenEcho();
  expect(await echo(await openTunnel(proxy, "fd00::1", port, LONG_MS))).toBe("ping");
  expect(asked.url).toBe(`[fd00::1]:${port}`);
  expect(asked.headers).not.toHaveProperty("proxy-authorization");
});

it("keeps what the server says in the same packet as the proxy", async () => {
  const { server } = asProxy(createServer(), "hello ");
  const proxy = new URL(`http://127.0.0.1:${await listen(server)}`);
  const socket = await openTunnel(proxy, "127.0.0.1", await listenEcho(), LONG_MS);
  expect(await echo(socket)).toBe("hello ping");
});

it("connects through an HTTPS proxy", async () => {
  const before = getCACertificates();
  const secure = createSecureServer({ cert: CERTIFICATE, key: CERTIFICATE_KEY });
  const proxy = new URL(`https://localhost:${await listen(asProxy(secure).server)}`);
  const port = await listenEcho();
  const distrusted = await failureOf(openTunnel(proxy, "127.0.0.1", port, LONG_MS));
  expect(distrusted).toMatch(/through proxy "https:\/\/localhost:\d+": self-signed certificate/);
  setDefaultCACertificates([...before, CERTIFICATE]);
  try {
    expect(await echo(await openTunnel(proxy, "127.0.0.1", port, LONG_MS))).toBe("ping");
  } finally {
    setDefaultCACertificates(before);
  }
});

it("says what the proxy answers", async () => {
  const server = createServer().on("connect", (_request, socket: Socket) => {
    socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
  });
  const port = await listen(server);
  const proxy = new URL(`http://user:secret@127.0.0.1:${port}`);
  expect(await failureOf(openTunnel(proxy, "10.0.0.1", 6443, LONG_MS))).toBe(
    `Cannot connect to 10.0.0.1:6443 through proxy "http://127.0.0.1:${port}": it answered 407 Proxy Authentication Required`,
  );
});

it("says when the proxy is not there, hangs up, or answers no HTTP", async () => {
  const gone = createTcpServer();
  const port = await listen(gone);
  gone.close();
  const refused = openTunnel(new URL(`http://127.0.0.1:${port}`), "api", 443, LONG_MS);
  expect(await failureOf(refused)).toMatch(/ECONNREFUSED/);
  for (const [answer, reason] of [
    ["", /: socket hang up$/],
    ["220 mail.example ESMTP\r\n", /: Parse Error: /],
  ] as const) {
    const server = createTcpServer((socket) => socket.once("data", () => socket.end(answer)));
    const proxy = new URL(`http://127.0.0.1:${await listen(server)}`);
    expect(await failureOf(openTunnel(proxy, "api", 443, LONG_MS))).toMatch(reason);
  }
});

it("waits no longer than it is told, and ends no tunnel that is open", async () => {
  const silent = new URL(`http://127.0.0.1:${await listen(createTcpServer())}`);
  expect(await failureOf(openTunnel(silent, "api", 443, 20))).toMatch(/: no answer within 20 ms$/);

  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const proxy = new URL(`http://127.0.0.1:${await listen(asProxy(createServer()).server)}`);
    const socket = await openTunnel(proxy, "127.0.0.1", await listenEcho(), 1_000);
    vi.advanceTimersByTime(60_000);
    expect(await echo(socket)).toBe("ping");
  } finally {
    vi.useRealTimers();
  }
});
