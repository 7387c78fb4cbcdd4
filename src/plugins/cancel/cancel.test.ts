import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Rcode } from "../../dns/iana/rcode.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { QueryError } from "../../server/contract/query-error.ts";
import type { Outcome } from "../../server/contract/reply.ts";
import { Reply } from "../../server/contract/reply.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { testQuery } from "../../testing/query.ts";
import { cancel } from "./index.ts";

function create(text: string): Instance {
  const instance = cancel.create?.(cancel.parse(testDirective(text)), testContext());
  if (!instance) throw new Error("no instance");
  return instance;
}

describe("cancel", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    ["cancel", 5_001],
    ["cancel 1s", 1_000],
    ["cancel 1m0.5s", 60_500],
  ])(
    "%s: a query that waits for %d ms fails, and a reply that comes later is nobody's",
    async (text, ms) => {
      const { promise, resolve } = Promise.withResolvers<Outcome>();
      const result = create(text).serve?.(testQuery("a.test."), () => promise);
      const failure = Promise.resolve(result).catch((error: unknown) => error);
      const told = vi.fn<() => void>();
      void failure.then(told);
      await vi.advanceTimersByTimeAsync(ms - 1);
      expect(told).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      const error = await failure;
      expect(error).toBeInstanceOf(QueryError);
      expect(error).toMatchObject({
        rcode: Rcode.SERVFAIL,
        message: `Cannot answer within ${ms} ms: cancelled`,
      });
      resolve(new Reply());
      expect(vi.getTimerCount()).toBe(0);
    },
  );

  it("hands on what comes in time, be it a failure, and leaves no timer behind", async () => {
    const instance = create("cancel 1s");
    const reply = new Reply();
    expect(await instance.serve?.(testQuery("a.test."), () => Promise.resolve(reply))).toBe(reply);
    const failure = new Error("no upstream");
    const failed = instance.serve?.(testQuery("a.test."), () => Promise.reject(failure));
    await expect(failed).rejects.toBe(failure);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("makes no promise of a reply that is there at once", () => {
    const reply = new Reply();
    expect(create("cancel").serve?.(testQuery("a.test."), () => reply)).toBe(reply);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("takes the last of several directives", () => {
    const all = ["cancel 1s", "cancel 2s"].map((text) => cancel.parse(testDirective(text)));
    expect(cancel.merge?.(all)).toBe(2_000);
  });

  it.each([
    ["cancel 0s", "less than 1 ms"],
    ["cancel -5s", "less than 1 ms"],
    ["cancel 5", "not a duration"],
    ["cancel soon", "not a duration"],
    ["cancel 1000h", "more than"],
    ["cancel 1s 2s", "unexpected argument"],
    ["cancel {\n timeout 1s\n}", "has no properties"],
  ])("refuses %j", (text, message) => {
    expect(() => cancel.parse(testDirective(text))).toThrow(message);
    expect(() => cancel.parse(testDirective(text))).toThrow(/^Corefile:2: plugin\/cancel: /);
  });
});
