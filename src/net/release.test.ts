import { describe, expect, it } from "vitest";
import { release } from "./release.ts";

describe("a buffer that is released", () => {
  it("has no memory any more", () => {
    const whole = Buffer.allocUnsafeSlow(70_000);
    release(whole);
    expect(whole.buffer.byteLength).toBe(0);
    const framed = Buffer.allocUnsafeSlow(70_000);
    release(framed.subarray(2));
    expect(framed.length).toBe(0);
  });

  it("keeps memory that others have as well", () => {
    const pooled = Buffer.from("small");
    const neighbour = Buffer.from("also small");
    release(pooled);
    expect(String(neighbour)).toBe("also small");
    const whole = Buffer.alloc(70_000, "a");
    release(whole.subarray(0, 16_384));
    expect(whole.length).toBe(70_000);
  });
});
