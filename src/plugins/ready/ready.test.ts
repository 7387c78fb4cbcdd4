import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpEndpoints } from "../../http/http-endpoints.ts";
import type { Instance, NamedInstance, PluginContext } from "../../server/contract/plugin.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { ready } from "./index.ts";

/** A server with plugins whose readiness can be set: undefined is ready. */
class Bench {
  readonly reasons = new Map<string, string | undefined>();
  readonly asked: string[] = [];
  readonly recording = recordingLog();
  readonly http = new HttpEndpoints();
  readonly #started: Instance[] = [];
  #instances: readonly NamedInstance[] = [];
  port = 0;
  isServing = true;

  /** Keys of reasons are `name` or `name/number`. */
  constructor(...plugins: readonly string[]) {
    this.#instances = plugins.map((key) => ({
      plugin: key.split("/")[0] ?? "",
      instance: { notReady: () => this.#ask(key) },
    }));
    this.#instances = [...this.#instances, { plugin: "whoami", instance: {} }];
  }

  async start(
    directive = "ready 127.0.0.1:0",
    isServing = (): boolean => this.isServing,
  ): Promise<Instance> {
    const context = this.#context(directive, isServing);
    const instance = ready.create?.(ready.parse(context.directive), context) ?? {};
    this.#started.push(instance);
    await instance.start?.();
    return instance;
  }

  async get(): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port}/ready`);
    return `${response.status} ${await response.text()}`;
  }

  async stop(): Promise<void> {
    for (const instance of this.#started) await instance.stop?.();
  }

  #context(directive: string, isServing: () => boolean): PluginContext {
    const http = new HttpEndpoints();
    http.serve = async (...args) => {
      const served = await this.http.serve(...args);
      this.port = served.port;
      return served;
    };
    const host = { http, isServing, instances: () => this.#instances };
    return testContext({ directive, log: this.recording.log, host });
  }

  #ask(key: string): string | undefined {
    this.asked.push(key);
    return this.reasons.get(key);
  }
}

let bench = new Bench();
beforeEach(() => {
  bench = new Bench("kubernetes", "forward/1", "forward/2");
});
afterEach(() => bench.stop());

describe("ready", () => {
  it("answers 200 OK when all plugins are ready", async () => {
    await bench.start();
    expect(await bench.get()).toBe("200 OK");
  });

  it("answers 503 with the names of those that are not, sorted, and then their reasons", async () => {
    bench.reasons.set("kubernetes", "not synced").set("forward/2", "no upstream");
    await bench.start();
    expect(await bench.get()).toBe(
      "503 forward,kubernetes\nkubernetes: not synced\nforward: no upstream",
    );
  });

  it("names a plugin once, and each reason of it once", async () => {
    bench.reasons.set("forward/1", "no upstream").set("forward/2", "no upstream");
    await bench.start();
    expect(await bench.get()).toBe("503 forward\nforward: no upstream");
  });

  it("logs who is not ready when that has changed, and not for every probe", async () => {
    bench.reasons.set("kubernetes", "not synced").set("forward/1", "no upstream");
    await bench.start();
    await bench.get();
    await bench.get();
    bench.reasons.delete("forward/1");
    await bench.get();
    bench.reasons.delete("kubernetes");
    await bench.get();
    expect(bench.recording.lines).toEqual([
      expect.stringMatching(/^info: Serving \/ready on port \d+$/),
      'info: Plugins not ready: "forward,kubernetes"',
      'info: Plugins not ready: "kubernetes"',
    ]);
  });

  it("is not ready before the sockets for queries are open", async () => {
    bench.isServing = false;
    await bench.start();
    expect(await bench.get()).toBe("503 Starting up");
    bench.isServing = true;
    expect(await bench.get()).toBe("200 OK");
  });

  it("leaves the answer to the configuration at work while it is brought up by a reload", async () => {
    let hasTakenOver = false;
    const old = await bench.start("ready 127.0.0.1:0", () => !hasTakenOver);
    await bench.start("ready 127.0.0.1:0", () => hasTakenOver);
    expect(await bench.get()).toBe("200 OK");
    await old.drain?.();
    expect(await bench.get()).toBe("503 Shutting down");
    hasTakenOver = true;
    expect(await bench.get()).toBe("200 OK");
  });

  it("is not ready any more from SIGTERM on", async () => {
    const instance = await bench.start();
    await instance.drain?.();
    expect(await bench.get()).toBe("503 Shutting down");
  });

  it.each([
    ["ready 127.0.0.1:0", ["kubernetes", "forward/1", "forward/2", "kubernetes"], "200 OK"],
    [
      "ready 127.0.0.1:0 {\n monitor until-ready\n}",
      ["kubernetes", "forward/1", "forward/2", "kubernetes"],
      "200 OK",
    ],
    [
      "ready 127.0.0.1:0 {\n monitor continuously\n}",
      Array.from({ length: 3 }, () => ["kubernetes", "forward/1", "forward/2"]).flat(),
      "503 forward\nforward: gone",
    ],
  ])("asks as %j says", async (directive, asked, answer) => {
    bench.reasons.set("kubernetes", "not synced");
    await bench.start(directive);
    expect(await bench.get()).toBe("503 kubernetes\nkubernetes: not synced");
    bench.reasons.delete("kubernetes");
    expect(await bench.get()).toBe("200 OK");
    bench.reasons.set("forward/1", "gone");
    expect(await bench.get()).toBe(answer);
    expect(bench.asked).toEqual(asked);
  });

  it("shares an address with the ready of other server blocks, and closes with the last", async () => {
    const first = await bench.start();
    await bench.start();
    await first.stop?.();
    expect(await bench.get()).toBe("200 OK");
    await bench.stop();
    await expect(bench.get()).rejects.toThrow("fetch failed");
  });
});

describe("the directive ready", () => {
  it("listens on port 8181 of all addresses by default", () => {
    expect(ready.parse(testDirective("ready"))).toEqual({
      address: ":8181",
      monitor: "until-ready",
    });
  });

  it.each([
    ["ready 8181", 'Corefile:2: plugin/ready: cannot parse address "8181": expected HOST:PORT'],
    ["ready :1 :2", 'unexpected argument ":2": "ready" takes 0 to 1 argument'],
    ["ready {\n monitor\n}", 'Corefile:3: plugin/ready: missing argument: "monitor" takes 1'],
    ["ready {\n monitor always\n}", 'unknown value "always", expected "until-ready", "cont'],
    ["ready {\n moniter continuously\n}", 'unknown property "moniter": did you mean "monitor"?'],
  ])("is refused: %j", (text, message) => {
    expect(() => ready.parse(testDirective(text))).toThrow(message);
  });
});
