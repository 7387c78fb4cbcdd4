import { once } from "node:events";
import type { Http2SecureServer, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { createSecureServer } from "node:http2";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { connect as connectTcp, createServer as createTcpServer } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CERTIFICATE, CERTIFICATE_KEY } from "../../testing/certificate.ts";
import { settle } from "../../testing/hand-clock.ts";
import type { ApiCredentials } from "./access.ts";
import { Http2Transport } from "./http2-transport.ts";
import { openSocket } from "./open-socket.ts";
import { openTransport } from "./open-transport.ts";
import { readBody } from "./read-body.ts";
import type { ApiTransport } from "./transport.ts";

const TLS = { cert: CERTIFICATE, key: CERTIFICATE_KEY };

let server: Http2SecureServer;
let session: ServerHttp2Session;
let transport: ApiTransport | undefined;
let answer: (stream: ServerHttp2Stream) => void;

beforeEach(async () => {
  answer = (stream): void => {
    stream.respond({ ":status": 200, "content-type": "text/plain", "retry-after": "2" });
    stream.end("hello");
  };
  server = createSecureServer({ ...TLS, settings: { maxConcurrentStreams: 2 } });
  server.on("session", (opened) => {
    session = opened;
  });
  server.on("stream", (stream) => {
    stream.on("error", () => {});
    answer(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
});

afterEach(() => {
  transport?.close();
  server.close();
});

function credentials(more: Partial<ApiCredentials> = {}): ApiCredentials {
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`https://127.0.0.1:${port}`), ca: CERTIFICATE, ...more };
}

async function text(of: ApiTransport): Promise<string> {
  const { status, contentType, retryAfterMs, body } = await of.get("/", {});
  return `${status} ${contentType} ${retryAfterMs} ${(await readBody(body, 1_000)).toString()}`;
}

describe("a connection over HTTP/2", () => {
  it("gives a response's head, and its body", async () => {
    transport = await openTransport(credentials());
    expect(await text(transport)).toBe("200 text/plain 2000 hello");
  });

  it("takes no more requests than the server allows at once", async () => {
    const streams: ServerHttp2Stream[] = [];
    answer = (stream): void => {
      streams.push(stream);
      stream.respond({ ":status": 200 });
    };
    transport = await openTransport(credentials());
    const first = await transport.get("/", {});
    expect(transport.isUsable).toBe(true);
    await transport.get("/", {});
    expect(transport.isUsable).toBe(false);
    streams[0]?.end();
    await readBody(first.body, 1);
    expect(transport.isUsable).toBe(true);
  });

  it("takes no more requests after the server has said goodbye, and ends those under way", async () => {
    answer = (stream): void => {
      stream.respond({ ":status": 200 });
      stream.write("hel");
    };
    transport = await openTransport(credentials());
    const { body } = await transport.get("/", {});
    body.once("data", () => session.goaway());
    const read = readBody(body, 1_000);
    read.catch(() => {});
    await expect.poll(() => transport?.isUsable).toBe(false);
    session.destroy();
    await expect(read).rejects.toThrow("connection lost");
  });

  it("rejects where the connection is lost before a response", async () => {
    answer = (): void => session.destroy();
    transport = await openTransport(credentials());
    await expect(transport.get("/", {})).rejects.toThrow("connection lost before a response came");
    await expect.poll(() => transport?.isUsable).toBe(false);
  });

  it("is looked after without harm when it is destroyed and its end has not come yet", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      transport = await openTransport(credentials());
      transport.close();
      // The session is destroyed, and its "close" waits for the event loop: a PING would throw.
      vi.advanceTimersByTime(30_000);
      expect(transport.isUsable).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is asked at once whether it lives when the machine has been asleep", async () => {
    const clocks = ["setInterval", "clearInterval", "setTimeout", "clearTimeout", "Date"] as const;
    vi.useFakeTimers({ toFake: [...clocks, "performance"] });
    try {
      transport = await openTransport(credentials());
      await text(transport);
      const sleep = async (): Promise<void> => {
        vi.setSystemTime(Date.now() + 3_600_000);
        // The look; time for the answer to come; the verdict.
        vi.advanceTimersByTime(1_000);
        await settle();
        vi.advanceTimersByTime(1_500);
        await settle();
      };
      await sleep();
      expect(transport.isUsable).toBe(true);
      const silent = createTcpServer(() => {}).listen(0, "127.0.0.1");
      await once(silent, "listening");
      const { port } = silent.address() as AddressInfo;
      const frozen = new Http2Transport("http://a.test", connectTcp(port, "127.0.0.1"));
      await sleep();
      expect(frozen.isUsable).toBe(false);
      silent.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it("ends its socket itself: a session that still has something to write may never do so", async () => {
    const { url } = credentials();
    const socket = await openSocket(credentials());
    transport = new Http2Transport(url.origin, socket);
    expect(await text(transport)).toContain("hello");
    transport.close();
    expect(socket.destroyed).toBe(true);
  });

  it("refuses a body that is longer than it may be", async () => {
    transport = await openTransport(credentials());
    const { body } = await transport.get("/", {});
    await expect(readBody(body, 4)).rejects.toThrow("a body of more than 4 octets");
  });
});

describe("opening a connection", () => {
  it("says whose certificate is not trusted", async () => {
    const untrusted = openTransport({ url: credentials().url });
    await expect(untrusted).rejects.toThrow(
      /^Cannot connect to "https:\/\/127\.0\.0\.1:\d+": .* \(the server's certificate is not signed by the CA that is trusted: check the CA file\)$/,
    );
  });

  it("says that the certificate is for others", async () => {
    const misnamed = openTransport(credentials({ serverName: "kubernetes.example" }));
    await expect(misnamed).rejects.toThrow(
      "the certificate is for other names than this URL's host",
    );
  });

  it("trusts anybody if it is told to", async () => {
    transport = await openTransport({ url: credentials().url, skipVerify: true });
    expect(await text(transport)).toContain("hello");
  });

  it("speaks HTTP/1.1 where the server speaks nothing else", async () => {
    const old = createServer(TLS, (_request, response) => response.end("old"));
    old.listen(0, "127.0.0.1");
    await once(old, "listening");
    const url = new URL(`https://127.0.0.1:${(old.address() as AddressInfo).port}`);
    transport = await openTransport(credentials({ url }));
    expect(await text(transport)).toBe("200  0 old");
    // Each request has a connection of its own.
    expect(await text(transport)).toBe("200  0 old");
    old.close();
  });
});
