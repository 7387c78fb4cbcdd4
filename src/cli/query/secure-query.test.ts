import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";
import { createSecureServer as createHttp2Server } from "node:http2";
import { createServer as createSecureServer } from "node:https";
import type { Server, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../testing/certificate.ts";
import { answerTo, startFakeUpstream } from "../../testing/fake-upstream.ts";
import { runQuery } from "./run-query.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-query-"));
const authority = join(folder, "ca.pem");
writeFileSync(authority, CERTIFICATE);
afterAll(() => rmSync(folder, { recursive: true }));

type Http2Listener = (request: Http2ServerRequest, response: Http2ServerResponse) => void;

const TLS = { cert: CERTIFICATE, key: CERTIFICATE_KEY };
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()));
});

async function run(line: string): Promise<{ code: number; text: string }> {
  let text = "";
  const code = await runQuery(line.split(" "), (part) => (text += part));
  return { code, text };
}

const ANSWER = "a.test.\t\t\t60\tIN\tA\t192.0.2.1\n";

describe("query over TLS", () => {
  it("verifies the certificate", async () => {
    const upstream = await startFakeUpstream(({ packet, reply }) => reply(answerTo(packet)), TLS);
    closers.push(upstream.close);
    const line = `@127.0.0.1 -p ${upstream.port} a.test +tls +tries=1`;
    const refused = await run(line);
    expect(refused.code).toBe(9);
    expect(refused.text).toMatch(/failed: self-signed certificate\.$/m);
    const trusted = await run(`${line} +tls-ca=${authority}`);
    expect(trusted.text).toContain(ANSWER);
    expect(trusted.text).toMatch(/^;; SERVER: .* \(TLS\)$/m);
    const named = await run(`${line} +tls-ca=${authority} +tls-hostname=localhost`);
    expect(named.text).toContain(ANSWER);
    const misnamed = await run(`${line} +tls-ca=${authority} +tls-hostname=other.test`);
    expect(misnamed).toEqual({ code: 9, text: expect.stringContaining("other.test") });
    expect((await run(`${line} +notls-ca`)).text).toContain(ANSWER);
    const word = `@tls://127.0.0.1:${upstream.port} a.test +tls-ca=${authority}`;
    expect((await run(word)).text).toContain(ANSWER);
  });

  it("says that a file of authorities is not there", async () => {
    await expect(run(`@127.0.0.1 a.test +tls +tls-ca=${folder}/none`)).rejects.toThrow(
      /Cannot read ".*none": ENOENT/,
    );
  });
});

interface Heard {
  readonly version: string;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly host: string | undefined;
}

type Way = "http/1.1" | "https/1.1" | "https/2";

async function startHttp(way: Way): Promise<{ port: number; heard: Heard[] }> {
  const heard: Heard[] = [];
  const listener: RequestListener = (request, response) => {
    const { method, url, headers, httpVersion: version } = request;
    heard.push({
      version,
      method,
      url,
      host: headers.host ?? request.headers[":authority"]?.toString(),
    });
    void buffer(request).then((packet) => {
      if (url === "/html")
        return response.writeHead(200, { "content-type": "text/html" }).end("hi");
      if (url === "/none") return response.writeHead(404).end();
      response.setHeader("content-type", "application/dns-message");
      return response.end(url === "/long" ? Buffer.alloc(70_000) : answerTo(packet));
    });
  };
  const server = serverFor(way, listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  closers.push(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, "close");
  });
  const bound = server.address();
  if (bound === null || typeof bound === "string") throw new TypeError("Cannot listen: no port");
  return { port: bound.port, heard };
}

function serverFor(way: Way, listener: RequestListener): Server {
  if (way === "http/1.1") return createServer(listener);
  if (way === "https/1.1") return createSecureServer(TLS, listener);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- its compatible API
  return createHttp2Server(TLS, listener as unknown as Http2Listener);
}

describe("query over HTTPS", () => {
  it.each([
    ["https/1.1", "1.1"],
    ["https/2", "2.0"],
  ] as const)("posts the query by %s", async (way, version) => {
    const { port, heard } = await startHttp(way);
    const ca = `+tls-ca=${authority}`;
    const { text } = await run(`@localhost -4 -p ${port} a.test +https ${ca}`);
    expect(text).toContain(ANSWER);
    expect(text).toMatch(/^;; ->>HEADER<<- .* id: 0$/m);
    expect(text).toMatch(/^;; SERVER: 127\.0\.0\.1#\d+\(localhost\) \(HTTPS\)$/m);
    expect((await run(`@https://127.0.0.1:${port}/ask a.test ${ca}`)).text).toContain(ANSWER);
    expect(heard).toEqual([
      { version, method: "POST", url: "/dns-query", host: `localhost:${port}` },
      { version, method: "POST", url: "/ask", host: `127.0.0.1:${port}` },
    ]);
    const refused = await run(`@127.0.0.1 -p ${port} a.test +https +tries=1`);
    expect(refused.text).toContain(": self-signed certificate\n");
  });

  it.each(["http/1.1", "https/2"] as const)(
    "says what a server of %s sends instead",
    async (way) => {
      const { port } = await startHttp(way);
      const scheme = way.split("/", 1)[0] ?? "";
      const at = `+tls-ca=${authority} @${scheme}://127.0.0.1:${port}`;
      expect((await run(`${at} a.test`)).text).toContain(ANSWER);
      expect((await run(`${at}/html a.test +tries=1`)).text).toContain(
        "HTTP content type text/html\n",
      );
      expect((await run(`${at}/none a.test +tries=1`)).text).toContain(": HTTP status 404\n");
      const long = await run(`${at}/long a.test +tries=1`);
      expect(long).toEqual({ code: 9, text: expect.stringContaining("more than 65535 octets") });
    },
  );

  it("asks by dns2's client", async () => {
    const { createDOHServer, Packet } = await import("dns2");
    const server = createDOHServer({ ssl: false });
    server.on("request", (request, send) => {
      const reply = Packet.createResponseFromRequest(request);
      const name = request.questions[0]?.name ?? "";
      reply.answers.push({ name, type: 1, class: 1, ttl: 60, address: "192.0.2.1" } as never);
      void send(reply);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const port = server.address()?.port;
    const { text } = await run(`@http://127.0.0.1:${port}/dns-query a.test +dns2`);
    server.close();
    expect(text).toContain(ANSWER);
  });
});
