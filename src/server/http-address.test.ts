import { describe, expect, it } from "vitest";
import type { Token } from "../corefile/directive.ts";
import { parseHttpAddress } from "./http-address.ts";

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

  it.each(["", "8080", "localhost", ":", ":http", ":65536", "::1:8080", "[::1]", "a b:80"])(
    "refuses %j",
    (text) => {
      expect(() => parseHttpAddress(token(text))).toThrow(
        `Corefile:3: plugin/health: cannot parse address "${text}": expected HOST:PORT`,
      );
    },
  );
});
