import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { HttpHandler } from "./http-endpoints.ts";
import { HttpEndpoints, splitAddress } from "./http-endpoints.ts";

function saying(word: string): HttpHandler {
  return (_request, response) => response.end(word);
}

async function get(port: number, path: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return `${response.status} ${await response.text()}`;
}

it("shares an address between paths, and closes it with the last of them", async () => {
  const http = new HttpEndpoints();
  const health = await http.serve("127.0.0.1:0", "/health", saying("well"));
  const ready = await http.serve("127.0.0.1:0", "/ready", saying("ready"));
  expect(ready.port).toBe(health.port);
  expect(await get(health.port, "/health?x=1")).toBe("200 well");
  expect(await get(health.port, "/ready")).toBe("200 ready");
  expect(await get(health.port, "/")).toBe("404 404 page not found\n");
  await health.close();
  await health.close();
  expect(await get(health.port, "/ready")).toBe("200 ready");
  await ready.close();
  await expect(get(health.port, "/ready")).rejects.toThrow("fetch failed");
});

it("goes back to the handler before when the latest is taken away", async () => {
  const http = new HttpEndpoints();
  const old = await http.serve("127.0.0.1:0", "/health", saying("old"));
  const refused = await http.serve("127.0.0.1:0", "/health", saying("new"));
  expect(await get(old.port, "/health")).toBe("200 new");
  await refused.close();
  expect(await get(old.port, "/health")).toBe("200 old");
  await old.close();
});

it("rejects if the address is in use, and can be asked again", async () => {
  const http = new HttpEndpoints();
  const taken = await http.serve("127.0.0.1:0", "/", saying("a"));
  const other = new HttpEndpoints();
  const address = `127.0.0.1:${taken.port}`;
  await expect(other.serve(address, "/", saying("b"))).rejects.toThrow("EADDRINUSE");
  await taken.close();
  const free = await other.serve(address, "/", saying("b"));
  expect(await get(free.port, "/")).toBe("200 b");
  await free.close();
});

it.each([
  [":80", { host: "", port: 80 }],
  ["localhost:80", { host: "localhost", port: 80 }],
  ["[::1]:80", { host: "::1", port: 80 }],
])("splits %s", (address, expected) => {
  expect(splitAddress(address)).toEqual(expected);
});

describe("an HTTP endpoint", () => {
  let served: Awaited<ReturnType<HttpEndpoints["serve"]>>;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    served = await new HttpEndpoints().serve("127.0.0.1:0", "/health", saying("well"));
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await served.close();
  });

  async function open(): Promise<Socket> {
    const socket = connect(served.port, "127.0.0.1");
    socket.on("error", () => {});
    sockets.push(socket);
    await once(socket, "connect");
    return socket;
  }

  async function say(request: string): Promise<string> {
    const socket = await open();
    let response = "";
    socket.on("data", (chunk: Buffer) => (response += chunk.toString()));
    socket.write(request);
    await once(socket, "close");
    return response;
  }

  it("answers a probe however many hold connections, at the cost of the oldest", async () => {
    const idle: Socket[] = [];
    for (let i = 0; i < 300; i++) idle.push(await open());
    expect(await get(served.port, "/health")).toBe("200 well");
    await expect.poll(() => idle.filter(({ closed }) => closed).length).toBe(300 - 127);
    expect(idle.findIndex(({ closed }) => !closed)).toBe(300 - 127);
  });

  it.each([
    ["an announced body", "content-length: 1000000000\r\n\r\nx"],
    ["a body without end", "transfer-encoding: chunked\r\n\r\n5\r\n01234"],
  ])("reads no body: %s", async (_what, rest) => {
    const response = await say(`POST /health HTTP/1.1\r\nhost: a\r\n${rest}`);
    expect(response.slice(0, 12)).toBe("HTTP/1.1 413");
    expect(await get(served.port, "/health")).toBe("200 well");
  });

  it("takes no headers of more than 8 KB, and no request that is none", async () => {
    const long = `GET /health HTTP/1.1\r\nhost: a\r\nx: ${"y".repeat(9_000)}\r\n\r\n`;
    expect((await say(long)).slice(0, 12)).toBe("HTTP/1.1 431");
    expect((await say("\x16\x03\x01\r\n\r\n")).slice(0, 12)).toBe("HTTP/1.1 400");
    expect(await get(served.port, "/health")).toBe("200 well");
  });

  it("gives up an answer that is not read, and does not wait for it at the end", async () => {
    await served.close();
    const givenUp = Promise.withResolvers<void>();
    const long: HttpHandler = (_request, response) => {
      response.on("close", () => givenUp.resolve()).end("x".repeat(32_000_000));
    };
    served = await new HttpEndpoints(100).serve("127.0.0.1:0", "/health", long);
    const ask = async (): Promise<void> => {
      const socket = await open();
      socket.pause().write("GET /health HTTP/1.1\r\nhost: a\r\n\r\n");
    };
    await ask();
    await givenUp.promise;
    await ask();
    await served.close();
    await expect(get(served.port, "/health")).rejects.toThrow("fetch failed");
  });

  it("closes a connection whose request does not come", async () => {
    await served.close();
    served = await new HttpEndpoints(100).serve("127.0.0.1:0", "/health", saying("well"));
    expect(await say("GET /health HTTP/1.1\r\nhost: a\r\n")).toContain("408");
    expect(await get(served.port, "/health")).toBe("200 well");
  });
});
