import { describe, expect, it } from "vitest";
import { parseTtl } from "./ttl.ts";

describe("a TTL", () => {
  it.each([
    ["0", 0],
    ["3600", 3600],
    ["1h", 3600],
    ["1H30M", 5400],
    ["1w2d3h4m5s", 788_645],
    ["1m30", 90],
    ["4294967295", 4_294_967_295],
  ])("%s is %i seconds", (text, seconds) => {
    expect(parseTtl(text)).toBe(seconds);
  });

  it.each(["", "h", "1x", "-1", "1.5h", "4294967296", "9999999999w", "1 h", "1hh"])(
    "%j is none",
    (text) => {
      expect(parseTtl(text)).toBeUndefined();
    },
  );
});
