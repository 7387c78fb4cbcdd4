import { describe, expect, it } from "vitest";
import type { Token } from "../corefile/directive.ts";
import { HttpEndpoints } from "./http-endpoints.ts";
import { testContext } from "../testing/context.ts";
import { parseHttpAddress, serveHttp } from "./http-address.ts";

function token(text: string): Token {
  return { text, quoted: false, file: "Corefile", line: 3, scope: "health" };
}

describe("parseHttpAddress", () => {
  it.each([":8080", "localhost:9153", "127.0.0.1:0", "[::1]:8181", "[fe80::1%eth0]:65535"])(
    "takes %s",
    (text) => {
      expect(parseHttpAddress(token(text))).toBe(text);
    },
  );

  it.each([":", "localhost:", "127.0.0.1:", "[::1]:"])("takes %s for a free port", (text) => {
    expect(parseHttpAddress(token(text))).toBe(`${text}0`);
  });

  it.each(["", "8080", "localhost", ":http", ":65536", "::1:8080", "[::1]", "a b:80"])(
    "refuses %j",
    (text) => {
      expect(() => parseHttpAddress(token(text))).toThrow(
        `Corefile:3: plugin/health: cannot parse address "${text}": expected HOST:PORT`,
      );
    },
  );
});

describe("serveHttp", () => {
  it("tells the port where it was left to the system, and serves there", async () => {
    const lines: string[] = [];
    const base = testContext({ host: { http: new HttpEndpoints() } });
    const log = { info: (line: string) => lines.push(line) } as unknown as typeof base.log;
    const address = parseHttpAddress(token("127.0.0.1:"));
    const { port, close } = await serveHttp(
      { ...base, log },
      address,
      "/x",
      (_request, response) => {
        response.end("here");
      },
    );
    expect(await (await fetch(`http://127.0.0.1:${port}/x`)).text()).toBe("here");
    expect(lines).toEqual([`Serving /x on port ${port}`]);
    await close();
  });
});
