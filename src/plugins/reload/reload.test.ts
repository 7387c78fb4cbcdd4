import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { readCorefile } from "../../corefile/corefile.ts";
import { Metrics } from "../../observe/metrics.ts";
import type { Instance, NamedInstance, ServerHost } from "../../server/contract/plugin.ts";
import { recordingLog, testContext, testDirective } from "../../testing/context.ts";
import { reload } from "./index.ts";

// Here the disk answers at once: time is moved by hand, and would not wait for it.
vi.mock(import("../../corefile/corefile.ts"), async (importOriginal) => {
  const original = await importOriginal();
  return { ...original, readCorefileAside: async (path) => original.readCorefile(path) };
});

let folder = "";
let bench: Bench;

/** A server with a Corefile on disk, whose reloads are counted; `refuses` makes them fail. */
class Bench {
  readonly path = join(folder, "Corefile");
  readonly metrics = new Metrics();
  readonly recording = recordingLog();
  readonly instances: NamedInstance[] = [];
  reloads = 0;
  refuses = false;

  write(text: string, file = "Corefile"): void {
    writeFileSync(join(folder, file), text);
  }

  add(directive: string, corefile = readCorefile(this.path)): Instance {
    const host: Partial<ServerHost> = {
      corefile,
      instances: () => this.instances,
      reload: () => this.#reload(),
    };
    const { metrics, recording } = this;
    const context = testContext({ directive, metrics, log: recording.log, host });
    const instance = reload.create?.(reload.parse(context.directive), context) ?? {};
    this.instances.push({ plugin: "reload", instance });
    return instance;
  }

  async series(name: string): Promise<string[]> {
    const lines = (await this.metrics.text()).split("\n");
    return lines.filter((line) => line.startsWith(`coredns_reload_${name}`));
  }

  /** Stops the instances before it resolves, as the server does. */
  async #reload(): Promise<void> {
    this.reloads++;
    await Promise.resolve();
    if (this.refuses) throw new Error("Corefile:1: cannot");
    for (const { instance } of this.instances) await instance.stop?.();
  }
}

beforeEach(() => {
  vi.useFakeTimers();
  folder = mkdtempSync(join(tmpdir(), "reload-"));
  bench = new Bench();
  bench.write(".:1053 {\n import *.part\n whoami\n}\n");
});

afterEach(async () => {
  for (const { instance } of bench.instances) await instance.stop?.();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe("reload", () => {
  it("reloads when the Corefile has changed, and leaves the rest to its successor", async () => {
    void bench.add("reload 10s 0s").start?.();
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bench.reloads).toBe(0);
    bench.write(".:1053 {\n whoami\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.reloads).toBe(1);
    bench.write(".:1053 {\n debug\n}\n");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(bench.reloads).toBe(1);
  });

  it("tells by the contents, not by the time of change", async () => {
    void bench.add("reload 10s 0s").start?.();
    bench.write(".:1053 {\n import *.part\n whoami\n}\n");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bench.reloads).toBe(0);
  });

  it("notices imported files that change, and that come into being", async () => {
    bench.refuses = true;
    void bench.add("reload 10s 0s").start?.();
    bench.write("debug\n", "a.part");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.reloads).toBe(1);
    bench.write("errors\n", "a.part");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.reloads).toBe(2);
  });

  it("tries a configuration that is refused once, and goes on looking", async () => {
    bench.refuses = true;
    void bench.add("reload 10s 0s").start?.();
    bench.write(".:1053 {\n whoami bad\n}\n");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bench.reloads).toBe(1);
    expect(bench.recording.lines).toEqual([
      "error: Corefile changed but reload failed: Corefile:1: cannot",
    ]);
    expect(await bench.series("failed_total")).toEqual(["coredns_reload_failed_total 1"]);
    bench.refuses = false;
    bench.write(".:1053 {\n whoami\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.reloads).toBe(2);
    expect(bench.recording.lines.slice(1)).toEqual(["info: Reloading complete"]);
  });

  it("does not reload what runs already when a bad change is taken back", async () => {
    bench.refuses = true;
    void bench.add("reload 10s 0s").start?.();
    bench.write(".:1053 {\n whoami bad\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    bench.write(".:1053 {\n import *.part\n whoami\n}\n");
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bench.reloads).toBe(1);
    bench.write(".:1053 {\n whoami bad\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.reloads).toBe(2);
  });

  it("reports a Corefile that cannot be parsed or read once, and does not reload it", async () => {
    void bench.add("reload 10s 0s").start?.();
    bench.write(".:1053 {\n whoami\n");
    await vi.advanceTimersByTimeAsync(30_000);
    rmSync(bench.path);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(bench.reloads).toBe(0);
    expect(bench.recording.lines).toEqual([
      expect.stringMatching(/^error: Corefile parse failed: .*Corefile:\d: /),
      expect.stringMatching(/^error: Corefile parse failed: .*Cannot read: no such file/),
    ]);
    expect(await bench.series("failed_total")).toEqual(["coredns_reload_failed_total 2"]);
    bench.write(".:1053 {\n whoami\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(bench.reloads).toBe(1);
  });

  it("publishes the digest of what runs, not of what was refused", async () => {
    const digest = (): string => readCorefile(bench.path).digest;
    const info = (value: string): string[] => [
      `coredns_reload_version_info{hash="sha512",value="${value}"} 1`,
    ];
    const first = digest();
    const instance = bench.add("reload 10s 0s");
    void instance.start?.();
    expect(bench.recording.lines).toEqual([]);
    instance.serving?.();
    expect(bench.recording.lines).toEqual([`info: Running configuration SHA512 = ${first}`]);
    expect(await bench.series("version_info")).toEqual(info(first));
    bench.refuses = true;
    bench.write(".:1053 {\n debug\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await bench.series("version_info")).toEqual(info(first));
    bench.refuses = false;
    bench.write(".:1053 {\n errors\n}\n");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await bench.series("version_info")).toEqual(info(digest()));
  });

  it("publishes what runs again after somebody else's reload was refused", async () => {
    const first = readCorefile(bench.path).digest;
    void bench.add("reload 10s 0s").start?.();
    const successor = bench.add("reload 10s 0s", { blocks: [], files: [bench.path], digest: "d" });
    void successor.start?.();
    expect((await bench.series("version_info")).join()).toContain('value="d"');
    void successor.stop?.();
    await vi.advanceTimersByTimeAsync(10_000);
    expect((await bench.series("version_info")).join()).toContain(first);
  });

  it("is done by the last of several server blocks that ask for it", async () => {
    const instances = [bench.add("reload 2s 0s"), bench.add("reload 20s 0s")];
    for (const instance of instances) void instance.start?.();
    for (const instance of instances) instance.serving?.();
    expect(bench.recording.lines).toHaveLength(1);
    bench.write(".:1053 {\n whoami\n}\n");
    await vi.advanceTimersByTimeAsync(19_999);
    expect(bench.reloads).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(bench.reloads).toBe(1);
  });

  it("has nothing to do for a Corefile that was not read from a file", async () => {
    const instance = bench.add("reload 10s 0s", { blocks: [], files: [], digest: "d" });
    void instance.start?.();
    instance.serving?.();
    expect(bench.recording.lines).toEqual([
      "warn: Corefile was not read from a file: nothing to watch",
      "info: Running configuration SHA512 = d",
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("spreads looks over the jitter, half of it before and half after the interval", async () => {
    const timer = vi.spyOn(globalThis, "setTimeout");
    for (let i = 0; i < 200; i++) {
      bench.instances.length = 0;
      void bench.add("reload 10s 4s").start?.();
    }
    const delays = timer.mock.calls.map(([, delay = 0]) => delay);
    timer.mockRestore();
    expect(new Set(delays).size).toBeGreaterThan(100);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(8_000);
    expect(Math.max(...delays)).toBeLessThan(12_000);
    expect(vi.getTimerCount()).toBe(200);
    vi.clearAllTimers();
  });
});

describe("the directive reload", () => {
  it.each([
    ["reload", 30_000, 15_000],
    ["reload 10s", 10_000, 5_000],
    ["reload 2s 1s", 2_000, 1_000],
    ["reload 1m 10s", 60_000, 10_000],
    ["reload 1m 0s", 60_000, 0],
    ["reload 1m 2h", 60_000, 30_000],
  ])("%s looks every %d ms, with %d ms of jitter", (text, intervalMs, jitterMs) => {
    expect(reload.parse(testDirective(text))).toEqual({ intervalMs, jitterMs });
  });

  it.each([
    ["reload 0s", 'Corefile:2: plugin/reload: cannot parse "0s": less than 2000 ms'],
    ["reload 1999ms", 'plugin/reload: cannot parse "1999ms": less than 2000 ms'],
    ["reload 10", 'plugin/reload: cannot parse "10": not a duration'],
    ["reload 10s 999ms", 'cannot parse jitter "999ms": expected "0s", or "1s" or more'],
    ["reload 10s 5s 1s", 'unexpected argument "1s": "reload" takes 0 to 2 arguments'],
    ["reload {\n}", 'plugin/reload: unexpected "{"'],
    ["reload 1000h", 'cannot parse "1000h": more than 1073741824 ms'],
  ])("is refused: %j", (text, message) => {
    expect(() => reload.parse(testDirective(text))).toThrow(message);
  });
});
