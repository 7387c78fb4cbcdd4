import { afterEach, describe, expect, it, vi } from "vitest";
import { Name } from "../../dns/name.ts";
import { Rcode } from "../../dns/iana/rcode.ts";
import { onFault } from "../../observe/faults.ts";
import { testContext, testDirective } from "../../testing/context.ts";
import { passedOn, testQuery } from "../../testing/query.ts";
import type { BlockSettings, Instance, Next, Plugin } from "../contract/plugin.ts";
import { DROPPED, Reply } from "../contract/reply.ts";
import { guardInstance } from "./guard-instance.ts";
import { guardPlugin } from "./guard-plugin.ts";

const directive = testDirective("mine a b");

function thrown(): never {
  throw new TypeError("a slip");
}

function guarded(parts: Partial<Plugin<unknown>>): Plugin<unknown> {
  return guardPlugin({ name: "mine", parse: () => 1, create: () => ({}), ...parts });
}

/** What is told as a fault while something is done. */
function faultsIn(action: () => unknown): string[] {
  const told: string[] = [];
  const end = onFault((what, error) => told.push(`${what}: ${String(error)}`));
  action();
  end();
  return told;
}

describe("a plugin of somebody else's", () => {
  it("gets its own options back in each step", () => {
    const seen: unknown[] = [];
    const plugin = guarded({
      parse: ({ args }) => args.map(({ text }) => text),
      merge: (all) => all.flat(),
      configure: (options) => seen.push(options),
      create(options) {
        seen.push(options);
        return {};
      },
    });
    const options = plugin.merge?.([plugin.parse(directive), plugin.parse(directive)]);
    plugin.configure?.(options, {} as BlockSettings);
    plugin.create?.(options, testContext());
    expect(seen).toEqual([
      ["a", "b", "a", "b"],
      ["a", "b", "a", "b"],
    ]);
  });

  it("may refuse what is in the Corefile in words of its own", () => {
    const plugin = guarded({
      parse(one) {
        throw one.error("no such thing", one.args[1]);
      },
    });
    expect(() => plugin.parse(directive)).toThrow(/^Corefile:2: plugin\/mine: no such thing$/);
  });

  const context = testContext({ directive: "mine a" });
  const says = "Corefile:2: plugin/mine: mistake of the plugin: ";
  it.each<[string, () => unknown, string]>([
    [
      "parse throws",
      () => guarded({ parse: thrown }).parse(directive),
      '"parse" has thrown: TypeError: a slip',
    ],
    [
      "parse waits",
      () => guarded({ parse: async () => 1 }).parse(directive),
      '"parse" has to answer at once',
    ],
    [
      "merge throws",
      () => {
        const plugin = guarded({ merge: thrown });
        return plugin.merge?.([plugin.parse(directive)]);
      },
      '"merge" has thrown: TypeError: a slip',
    ],
    [
      "configure throws",
      () => {
        const plugin = guarded({ configure: thrown });
        return plugin.configure?.(plugin.parse(directive), {} as BlockSettings);
      },
      '"configure" has thrown: TypeError: a slip',
    ],
    ["create throws", () => create({ create: thrown }), '"create" has thrown: TypeError: a slip'],
    [
      "create returns nothing",
      () => create({ create: () => undefined as never }),
      '"create" has to return an instance',
    ],
    [
      "create waits",
      () => create({ create: (async () => ({})) as never }),
      '"create" has to return an instance',
    ],
  ])("is blamed at its directive if %s", (_what, action, message) => {
    expect(action).toThrow(says + message);
  });

  function create(parts: Partial<Plugin<unknown>>): unknown {
    const plugin = guarded(parts);
    return plugin.create?.(plugin.parse(directive), context);
  }
});

function guardedInstance(inner: Instance): Instance {
  return guardInstance("mine", inner, directive);
}

describe("an instance of somebody else's", () => {
  const query = testQuery("a.test.");
  afterEach(() => vi.useRealTimers());

  function serve(answer: unknown, next: Next = passedOn): unknown {
    return guardedInstance({ serve: () => answer as Reply }).serve?.(query, next);
  }

  it("has only what it had, so that the server knows what it does", () => {
    expect(guardedInstance({})).toEqual({});
    const inner: Instance = { passable: true, accepts: ["chaos"], httpAddress: ":1", observe() {} };
    expect(Object.keys(guardedInstance(inner)).toSorted()).toEqual(Object.keys(inner).toSorted());
  });

  it("keeps its own this", async () => {
    class Mine implements Instance {
      #asked = 0;
      serve(): Reply {
        this.#asked++;
        return new Reply(this.#asked);
      }
      start(): void {
        this.#asked = 7;
      }
    }
    const instance = guardedInstance(new Mine());
    await instance.start?.();
    expect(instance.serve?.(query, passedOn)).toMatchObject({ rcode: 8 });
  });

  it("answers at once if it does, with a reply or silence", () => {
    const reply = new Reply(Rcode.REFUSED);
    expect(serve(reply)).toBe(reply);
    expect(serve(DROPPED)).toBe(DROPPED);
  });

  it.each([undefined, null, 0, "reply", { rcode: 0 }])(
    "fails where it answers %j",
    async (answer) => {
      expect(() => serve(answer)).toThrow('plugin/mine: "serve" returned');
      await expect(serve(Promise.resolve(answer))).rejects.toThrow("expected a Reply or DROPPED");
    },
  );

  it("fails a query that it never answers, and forgets it", async () => {
    vi.useFakeTimers();
    const late = Promise.resolve(serve(new Promise(() => {}))).catch(String);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await late).toContain("plugin/mine: no answer after 10 s");
    expect(vi.getTimerCount()).toBe(0);
    const reply = new Reply();
    await expect(serve(Promise.resolve(reply))).resolves.toBe(reply);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([
    ["start", 10],
    ["check", 10],
    ["ready", 30],
    ["drain", 30],
  ] as const)("fails a %s that takes over %i s", async (step, seconds) => {
    vi.useFakeTimers();
    const instance = guardedInstance({ [step]: () => new Promise(() => {}) });
    const late = Promise.resolve(instance[step]?.()).catch(String);
    await vi.advanceTimersByTimeAsync(seconds * 1_000);
    expect(await late).toContain(
      `mistake of the plugin: "${step}" still at work after ${seconds} s`,
    );
    const throwing = guardedInstance({ [step]: thrown });
    await expect(throwing[step]?.()).rejects.toThrow("a slip");
  });

  it("is told of and gone past where it throws in between", () => {
    const instance = guardedInstance({
      serving: thrown,
      notReady: thrown,
      view: { name: "v", takes: thrown },
      metadata: { "mine/a": thrown, "mine/b": () => 7 as never },
      unservedObserver: thrown,
      observeRepeats: () => ({ countRepeats: thrown }),
    });
    const results: unknown[] = [];
    const told = faultsIn(() => {
      instance.serving?.();
      results.push(instance.notReady?.(), instance.view?.takes(query));
      results.push(instance.metadata?.["mine/a"]?.(query, ""));
      results.push(instance.metadata?.["mine/b"]?.(query, ""));
      instance.unservedObserver?.("dns://:53")({
        query,
        outcome: DROPPED,
        octets: 0,
        failure: undefined,
      });
      instance.observeRepeats?.(Name.root)?.countRepeats({} as never);
    });
    expect(results).toEqual(["its notReady has thrown, see the log", false, "", ""]);
    const slip = "TypeError: a slip";
    expect(told).toEqual(
      [
        `serving: ${slip}`,
        `notReady: ${slip}`,
        `view "v": ${slip}`,
        `metadata "mine/a": ${slip}`,
        'metadata "mine/b": TypeError: expected a string, found a value of type number',
        `unservedObserver: ${slip}`,
        `countRepeats: ${slip}`,
      ].map((what) => `plugin/mine: ${what}`),
    );
  });
});
