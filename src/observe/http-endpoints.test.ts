import { expect, it } from "vitest";
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
