import { once } from "node:events";
import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createLogger } from "../../observe/log.ts";
import { until } from "../../testing/until.ts";
import type { AdminPort } from "./admin-port.ts";
import { openAdminPort } from "./admin-port.ts";
import type { AdminResources } from "./admin-server.ts";
import { TextStream } from "./text-stream.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";
const INSTANCE = { id: "a1", pod: null, startedAtMs: 1 };
let isFlushed = false;
let endless: Iterable<string> = [];
const RESOURCES: AdminResources = {
  "GET /here": { answer: () => ({ here: true }) },
  "POST /echo": { answer: (body) => ({ body }) },
  "POST /text": { answer: () => new TextStream(["one\n", "two\n"]) },
  "POST /endless": { answer: () => new TextStream(endless) },
  "POST /flush": {
    isWrite: true,
    answer() {
      isFlushed = true;
      return {};
    },
  },
};

let folder: string;
let tokenFile: string;
let lines: string[];
const open: AdminPort[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portolan-admin-"));
  tokenFile = join(folder, "token");
  writeFileSync(tokenFile, `${TOKEN}\n`);
  lines = [];
  isFlushed = false;
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true });
});

async function serve(
  options: { address?: string; token?: boolean; requestMs?: number } = {},
): Promise<AdminPort> {
  const { address = "127.0.0.1:0", token = false, requestMs = 5_000 } = options;
  const log = createLogger({ destination: { write: (line) => void lines.push(line) } });
  const file = token ? tokenFile : undefined;
  const service = { resources: RESOURCES, instance: INSTANCE };
  const port = await openAdminPort({ address, tokenFile: file, log, requestMs }, service);
  open.push(port);
  return port;
}

interface Replied {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

type Headers = Readonly<Record<string, string>>;

const AS_JSON: Headers = { "content-type": "application/json", "x-portolan": "1" };

function ask(
  { port }: AdminPort,
  [method, path]: readonly [string, string],
  headers: Headers = {},
  body = "",
): Promise<Replied> {
  return new Promise((resolve, reject) => {
    const to = { host: "127.0.0.1", port, method, path, headers, agent: false };
    const sent = request(to, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("error", reject);
      response.on("end", () => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      });
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** What comes back until the server hangs up. */
async function say(port: AdminPort, octets: string): Promise<string> {
  const socket = connect(port.port, "127.0.0.1");
  socket.on("error", () => undefined);
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString()));
  socket.write(octets);
  await once(socket, "close");
  return text;
}

describe("the admin endpoint over TCP", () => {
  it("answers programs of this machine, and tells browsers to keep it from others", async () => {
    const port = await serve();
    const { status, headers, text } = await ask(port, ["GET", "/here"]);
    expect([status, JSON.parse(text)]).toEqual([200, { here: true, instance: INSTANCE }]);
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
      "referrer-policy": "no-referrer",
    });
    expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    expect((await ask(port, ["POST", "/text"], AS_JSON, "{}")).text).toBe("one\ntwo\n");
  });

  it.each(["0.0.0.0:0", ":0", "[::]:0", "192.0.2.1:0", "example.org:0"])(
    "is not opened at %s without a token",
    async (address) => {
      await expect(serve({ address })).rejects.toThrow("beyond the loopback it needs a token");
    },
  );

  it("is opened beyond the loopback with one", async () => {
    const port = await serve({ address: "0.0.0.0:0", token: true });
    expect((await ask(port, ["GET", "/here"])).status).toBe(401);
  });

  it("says so if the address is taken", async () => {
    const { address } = await serve();
    await expect(serve({ address })).rejects.toThrow(
      `Cannot open admin endpoint "${address}": EADDRINUSE`,
    );
  });

  it.each([
    ["localhost", 200],
    ["localhost:8001", 200],
    ["127.0.0.1:1", 200],
    ["[::1]:80", 200],
    ["evil.example", 421],
    ["127.0.0.1.evil.example", 421],
    ["localhost.evil.example:80", 421],
    ["a@localhost", 421],
    ["192.0.2.1", 421],
  ])("for Host %j is %i", async (host, status) => {
    expect((await ask(await serve(), ["GET", "/here"], { host })).status).toBe(status);
  });

  it("is no place for requests without a Host", async () => {
    const port = await serve();
    expect(await say(port, "GET /here HTTP/1.1\r\n\r\n")).toMatch(/^HTTP\/1.1 400 /);
    expect(await say(port, "GET /here HTTP/1.0\r\n\r\n")).toMatch(/^HTTP\/1.1 421 /);
  });

  it.each([
    [{}, 200],
    [{ origin: "http://localhost:9180", "sec-fetch-site": "same-origin" }, 200],
    [{ "sec-fetch-site": "none" }, 200],
    [{ origin: "https://evil.example" }, 403],
    [{ origin: "null" }, 403],
    [{ origin: "http://localhost.evil.example" }, 403],
    [{ "sec-fetch-site": "cross-site" }, 403],
    [{ origin: "http://localhost:3000", "sec-fetch-site": "same-site" }, 403],
    [{ "x-portolan": "" }, 403],
    [{ "x-portolan": "yes" }, 403],
    [{ "content-type": "text/plain" }, 415],
    [{ "content-type": "application/x-www-form-urlencoded" }, 415],
  ])("for a POST with %j is %i", async (headers, status) => {
    const port = await serve();
    const given = Object.entries({ ...AS_JSON, ...headers } as Headers);
    const sent = Object.fromEntries(given.filter(([, value]) => value !== ""));
    const replied = await ask(port, ["POST", "/echo"], sent, "{}");
    expect([replied.status, replied.text]).toEqual([status, expect.stringContaining("instance")]);
  });

  it("asks no browser to ask again", async () => {
    const headers = { origin: "http://evil.example", "access-control-request-method": "POST" };
    const { status, headers: told } = await ask(await serve(), ["OPTIONS", "/echo"], headers);
    expect(status).toBe(403);
    expect(told["access-control-allow-origin"]).toBeUndefined();
  });

  it.each([
    "//here",
    "/here/",
    "/here?x",
    "/./here",
    "/%68ere",
    "/../../etc/passwd",
    "/..%2fhere",
    "/here%00",
    "http://evil.example/here",
    "/__proto__",
    "/constructor",
    "*",
  ])("knows no %s", async (path) => {
    expect((await ask(await serve(), ["GET", path])).status).toBe(404);
  });

  it("reads nothing of ten megabytes", async () => {
    const port = await serve();
    const head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nX-Portolan: 1\r\n";
    const type = "Content-Type: application/json\r\n";
    // Not one octet of the body is sent.
    const long = await say(port, `${head}${type}Content-Length: 10485760\r\n\r\n`);
    expect(long).toMatch(/^HTTP\/1.1 413 /);
    expect(long).toContain("body of more than 4096 octets");
    const endless = `1000\r\n${" ".repeat(4_096)}\r\n`;
    expect(
      await say(port, `${head}${type}Transfer-Encoding: chunked\r\n\r\n${endless}${endless}`),
    ).toMatch(/^HTTP\/1.1 413 /);
  });

  it("makes no more of a text than is read, and stops when nobody reads it", async () => {
    const port = await serve();
    let made = 0;
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    endless = (function* () {
      try {
        for (;;) {
          made++;
          yield "x".repeat(65_536);
        }
      } finally {
        end();
      }
    })();
    const socket = connect(port.port, "127.0.0.1");
    socket.on("error", () => undefined);
    socket.pause();
    const head = "POST /endless HTTP/1.1\r\nHost: localhost\r\nX-Portolan: 1\r\n";
    socket.write(`${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`);
    await until(() => made > 0);
    for (let turn = 0; turn < 500; turn++) await setImmediate();
    // What the kernel takes.
    expect(made).toBeLessThan(300);
    socket.destroy();
    await ended;
  });

  it("takes headers of 8 KB, and those that come in time", async () => {
    const long = `GET /here HTTP/1.1\r\nHost: localhost\r\nx: ${"y".repeat(9_000)}\r\n\r\n`;
    expect(await say(await serve(), long)).toMatch(/^HTTP\/1.1 431 /);
    // The rest never comes.
    const hasty = await serve({ requestMs: 100 });
    expect(await say(hasty, "GET /here HTTP/1.1\r\nHost: local")).toMatch(/^HTTP\/1.1 408 /);
  });
});

describe("the token", () => {
  const RIGHT = { authorization: `Bearer ${TOKEN}` };
  const WRONG = { authorization: `Bearer ${"x".repeat(32)}` };

  it("is needed for all, in full", async () => {
    const port = await serve({ token: true });
    const { status, headers } = await ask(port, ["GET", "/here"]);
    expect([status, headers["www-authenticate"]]).toEqual([401, "Bearer"]);
    expect((await ask(port, ["GET", "/nothing"])).status).toBe(401);
    expect((await ask(port, ["GET", "/here"], { authorization: TOKEN })).status).toBe(401);
    const short = { authorization: `Bearer ${TOKEN.slice(1)}` };
    expect((await ask(port, ["GET", "/here"], short)).status).toBe(401);
    expect((await ask(port, ["GET", "/here"], RIGHT)).status).toBe(200);
  });

  it("is needed for what changes something, also on the loopback", async () => {
    const open = await serve();
    const refused = await ask(open, ["POST", "/flush"], AS_JSON, "{}");
    expect([refused.status, isFlushed]).toEqual([403, false]);
    expect(refused.text).toContain("-admin.token FILE");
    const port = await serve({ token: true });
    expect((await ask(port, ["POST", "/flush"], AS_JSON, "{}")).status).toBe(401);
    expect(isFlushed).toBe(false);
    const flushed = await ask(port, ["POST", "/flush"], { ...AS_JSON, ...RIGHT }, "{}");
    expect([flushed.status, isFlushed]).toEqual([200, true]);
  });

  it("may be wrong five times a minute, then none is looked at, and the log says from where", async () => {
    const port = await serve({ token: true });
    for (let i = 0; i < 5; i++) expect((await ask(port, ["GET", "/here"], WRONG)).status).toBe(401);
    const { status, headers } = await ask(port, ["GET", "/here"], RIGHT);
    expect(status).toBe(429);
    expect(Number(headers["retry-after"])).toBeGreaterThan(50);
    expect(lines.join("")).toContain("Wrong token at the admin endpoint, from 127.0.0.1");
    expect(lines.join("")).toContain("Refusing all tokens at the admin endpoint");
    expect(lines.join("")).not.toContain("xxx");
  });

  it("is read again when the file changes", async () => {
    const port = await serve({ token: true });
    expect((await ask(port, ["GET", "/here"], RIGHT)).status).toBe(200);
    const next = "f".repeat(40);
    writeFileSync(join(folder, "next"), next);
    renameSync(join(folder, "next"), tokenFile);
    expect((await ask(port, ["GET", "/here"], RIGHT)).status).toBe(401);
    const authorization = `Bearer ${next}`;
    expect((await ask(port, ["GET", "/here"], { authorization })).status).toBe(200);
    rmSync(tokenFile);
    expect((await ask(port, ["GET", "/here"], { authorization })).status).toBe(503);
    expect(lines.join("")).toContain(`Cannot read admin token "${tokenFile}": ENOENT`);
  });

  it.each([
    ["", "it has fewer than 32 octets"],
    [TOKEN.slice(1), "it has fewer than 32 octets"],
    [`${TOKEN} ${TOKEN}`, "it has characters that no header has"],
    ["a".repeat(5_000), "the file has more than 4096 octets"],
  ])("is none: %#", async (text, reason) => {
    writeFileSync(tokenFile, text);
    await expect(serve({ token: true })).rejects.toThrow(
      `Cannot read admin token "${tokenFile}": ${reason}`,
    );
  });
});
