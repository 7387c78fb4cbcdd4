import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { Logger } from "../../observe/log.ts";
import { until } from "../../testing/until.ts";
import type { Instance } from "../../server/contract/plugin.ts";
import { Reply } from "../../server/contract/reply.ts";
import { recordingLog, silentLog, testContext, testDirective } from "../../testing/context.ts";
import { ask, records, testQuery } from "../../testing/query.ts";
import { loadbalance } from "./index.ts";
import { parseLoadBalance } from "./parse.ts";
import { parseWeights } from "./weights.ts";

const folder = mkdtempSync(join(tmpdir(), "loadbalance-"));
const started: Instance[] = [];

afterEach(async () => {
  for (const instance of started.splice(0)) await instance.stop?.();
});

async function create(text: string, log: Logger = silentLog()): Promise<Instance> {
  const context = testContext({ directive: text, log });
  const instance = loadbalance.create?.(loadbalance.parse(testDirective(text)), context);
  if (!instance) throw new Error("no instance");
  await instance.start?.();
  started.push(instance);
  return instance;
}

const addresses = [1, 2, 3, 4].map((i) => `a.test. 60 IN A 192.0.2.${i}`);

async function orders(
  instance: Instance,
  lines: readonly string[],
  times = 200,
): Promise<string[][]> {
  const seen: string[][] = [];
  for (let i = 0; i < times; i++) {
    const { answer } = await ask(instance, testQuery("a.test."), () =>
      Reply.authoritative(records(...lines)),
    );
    seen.push([...answer]);
  }
  return seen;
}

describe("round_robin", () => {
  it("puts each address first about as often as another, and loses none", async () => {
    const seen = await orders(await create("loadbalance"), addresses, 400);
    for (const order of seen) expect(order.toSorted()).toEqual(addresses);
    for (const line of addresses) {
      // 100 is expected; 40 is more than seven standard deviations away.
      expect(seen.filter(([first]) => first === line).length).toBeGreaterThan(40);
    }
  });

  it("keeps aliases in front and in their order", async () => {
    const chain = ["a.test. 60 IN CNAME b.test.", "b.test. 60 IN CNAME c.test."];
    for (const order of await orders(
      await create("loadbalance round_robin"),
      [...addresses, ...chain],
      20,
    )) {
      expect(order.slice(0, 2)).toEqual(chain);
    }
  });

  it("returns a single answer at once and as it is", async () => {
    const instance = await create("loadbalance");
    const reply = Reply.authoritative(records(addresses[0] as string));
    const before = reply.answer;
    expect(instance.serve?.(testQuery("a.test."), () => reply)).toBe(reply);
    expect(reply.answer).toBe(before);
  });
});

describe("prefer", () => {
  it("puts addresses of the subnets first, in the order of the subnets", async () => {
    const instance = await create(
      "loadbalance {\n prefer 192.0.2.4/32 192.0.2.2/31 2001:db8::/32\n}",
    );
    const lines = [
      ...addresses,
      "a.test. 60 IN AAAA 2001:db8::1",
      "a.test. 60 IN AAAA 2001:db9::1",
    ];
    for (const order of await orders(instance, lines, 20)) {
      expect(order[0]).toContain("192.0.2.4");
      expect(order.slice(1, 3).toSorted()).toEqual(addresses.slice(1, 3));
      expect(order[3]).toContain("2001:db8::1");
    }
  });
});

describe("a reply that may be repeated", () => {
  const file = join(folder, "odds");

  async function served(instance: Instance, lines: readonly string[], qtype = "A"): Promise<Reply> {
    const reply = Reply.authoritative(records(...lines));
    return (await instance.serve?.(testQuery("a.test.", qtype), () => reply)) as Reply;
  }

  it.each<[string, readonly string[], "rotated" | "as it is" | "no more"]>([
    ["two of the same subnet", ["192.0.2.4", "192.0.2.5"], "rotated"],
    ["two of none", ["198.51.100.1", "198.51.100.2"], "rotated"],
    ["one", ["192.0.2.4"], "rotated"],
    ["one of each", ["198.51.100.1", "192.0.2.4"], "as it is"],
    ["two of one and one of none", ["192.0.2.4", "192.0.2.5", "198.51.100.1"], "no more"],
  ])("with prefer, %s", async (_what, found, expected) => {
    const instance = await create("loadbalance {\n prefer 192.0.2.0/24\n}");
    expect(instance.passable).toBe("rotated");
    const reply = await served(
      instance,
      found.map((address) => `a.test. 60 IN A ${address}`),
    );
    const repeated = reply.repetition.isOrdered ? "as it is" : "rotated";
    expect(reply.validity.allowsRepeating(0) ? repeated : "no more").toBe(expected);
  });

  it("with prefer, mail exchanges beside a fixed order", async () => {
    const instance = await create("loadbalance {\n prefer 192.0.2.4/32\n}");
    const lines = [
      ...addresses.slice(2),
      "a.test. 60 IN MX 1 b.test.",
      "a.test. 60 IN MX 2 c.test.",
    ];
    expect((await served(instance, lines, "ANY")).validity.allowsRepeating(0)).toBe(false);
  });

  it("with weights, where there is nothing to choose", async () => {
    writeFileSync(file, "a.test\n192.0.2.1 9\n");
    const instance = await create(`loadbalance weighted ${file}`);
    expect(instance.passable).toBe(true);
    const repeats = async (lines: readonly string[], qtype?: string): Promise<boolean> =>
      (await served(instance, lines, qtype)).validity.allowsRepeating(0);
    expect(await repeats(addresses)).toBe(false);
    expect(await repeats(addresses, "TXT")).toBe(true);
    expect(await repeats(["a.test. 60 IN CNAME b.test.", "b.test. 60 IN A 192.0.2.1"])).toBe(true);
  });
});

describe("weighted", () => {
  const file = join(folder, "weights");

  it("puts an address first as often as its weight says", async () => {
    writeFileSync(file, "# odds\n\nA.test\n192.0.2.1 96\n192.0.2.2 2\n");
    const seen = await orders(await create(`loadbalance weighted ${file}`), addresses, 200);
    const firsts = seen.filter(([first]) => first === addresses[0]).length;
    // 192 are expected, with a standard deviation of 2.8.
    expect(firsts).toBeGreaterThan(165);
    expect(firsts).toBeLessThan(201);
  });

  it("follows changes of the file, and keeps the old weights if they are wrong", async () => {
    writeFileSync(file, "a.test\n192.0.2.1 255\n");
    const { log, lines } = recordingLog();
    const instance = await create(`loadbalance weighted ${file} {\n reload 5ms\n}`, log);
    const favourite = async (): Promise<string> => {
      const counts = new Map<string, number>();
      for (const [first = ""] of await orders(instance, addresses, 50)) {
        counts.set(first, (counts.get(first) ?? 0) + 1);
      }
      return [...counts].toSorted((a, b) => b[1] - a[1])[0]?.[0] ?? "";
    };
    expect(await favourite()).toContain("192.0.2.1");
    writeFileSync(file, "a.test\n192.0.2.3 255\n");
    await expect.poll(favourite).toContain("192.0.2.3");
    writeFileSync(file, "a.test\n192.0.2.4 0\n");
    await until(() => lines.some((line) => line.endsWith("the weights stay as they were")));
    expect(await favourite()).toContain("192.0.2.3");
  });

  it("does not start with a file that is wrong, but waits for one that is missing", async () => {
    writeFileSync(file, "192.0.2.1 5\n");
    await expect(create(`loadbalance weighted ${file}`)).rejects.toThrow(`${file}:1: `);
    const missing = join(folder, "missing");
    await create(`loadbalance weighted ${missing}`);
    const never = create(`loadbalance weighted ${missing} {\n reload 0s\n}`);
    await expect(never).rejects.toThrow(`Cannot read weight file "${missing}": ENOENT`);
    rmSync(folder, { recursive: true });
  });
});

it.each([
  ["a.test\n192.0.2.1", 'w:2: Cannot parse name "192.0.2.1"'],
  ["a.test\nb 1", 'w:2: Cannot parse "b"'],
  ["a.test\n192.0.2.1 256", 'w:2: Cannot parse weight "256"'],
  ["a.test\n192.0.2.1 1 1", "w:2: Cannot parse"],
])("parseWeights refuses %j", (text, message) => {
  expect(() => parseWeights(text, "w")).toThrow(message);
});

it.each([
  ["loadbalance roundrobin", '"roundrobin"'],
  ["loadbalance round_robin file", '"file"'],
  ["loadbalance weighted", "missing argument"],
  ["loadbalance {\n reload 5s\n}", "no file of weights"],
  ["loadbalance weighted f {\n reload soon\n}", '"soon"'],
  ["loadbalance weighted f {\n prefer 10.0.0.0/8\n}", "cannot use prefer"],
  ["loadbalance {\n prefer 10.0.0.0\n}", '"10.0.0.0"'],
  ["loadbalance {\n prefers 10.0.0.0/8\n}", '"prefer"'],
])("parseLoadBalance refuses %j and names %s", (text, part) => {
  expect(() => parseLoadBalance(testDirective(text))).toThrow(part);
  expect(() => parseLoadBalance(testDirective(text))).toThrow(/:\d+: plugin\/loadbalance: /);
});
