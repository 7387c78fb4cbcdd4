import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Metrics } from "../../observe/metrics.ts";
import { recordingLog } from "../../testing/context.ts";
import type { ClusterObject, Kind } from "../cluster-source.ts";
import { TemporaryFolder } from "../manifests/testing.ts";
import { SnapshotSource, WRITE_INTERVAL_MS } from "./snapshot-source.ts";
import { FakeSource, MemoryStore, testService } from "./testing.ts";

const KINDS: readonly Kind[] = ["Namespace", "Service"];
const SAVED_AT = Date.parse("2026-11-25T20:00:00Z");
const SHOP: readonly ClusterObject[] = [
  { kind: "Namespace", namespace: "", name: "shop" },
  testService("shop/web", "10.96.0.20"),
  testService("shop/api", "10.96.0.21"),
];

let folder: TemporaryFolder;
let path: string;
beforeEach(() => {
  folder = new TemporaryFolder();
  path = join(folder.path, "cluster.snapshot");
});
afterEach(() => {
  folder[Symbol.dispose]();
});

/** One life of a process. */
class Life {
  readonly store = new MemoryStore();
  readonly inner = new FakeSource();
  readonly metrics = new Metrics();
  readonly lines: string[];
  readonly source: SnapshotSource;

  constructor(options: { path?: string; selection?: string } = {}) {
    const { log, lines } = recordingLog();
    this.lines = lines;
    this.source = new SnapshotSource({
      path,
      selection: "all",
      ...options,
      source: this.inner,
      kinds: KINDS,
      log,
      metrics: this.metrics,
      now: () => SAVED_AT,
    });
  }

  async start(): Promise<this> {
    await this.source.start(this.store);
    return this;
  }

  names(): string[] {
    return [...this.store.kept.keys()].toSorted();
  }

  metric(name: string): Promise<string | undefined> {
    return this.metrics
      .text()
      .then((text) => text.split("\n").find((line) => line.startsWith(`${name} `)))
      .then((line) => line?.split(" ")[1]);
  }
}

const WRITES = 'portolan_kubernetes_snapshot_writes_total{result="success"}';
const FAILURES = 'portolan_kubernetes_snapshot_writes_total{result="failure"}';

async function liveOnce(objects: readonly ClusterObject[] = SHOP): Promise<void> {
  const life = await new Life().start();
  life.inner.tellAll(objects, KINDS);
  await life.source.stop();
}

describe("a source with a snapshot", () => {
  it("passes on what the real source tells, and says that there is no file yet", async () => {
    const life = await new Life().start();
    life.inner.tellAll(SHOP.slice(1, 2), KINDS);
    life.inner.sink.remove("Service", { namespace: "shop", name: "web" });
    expect(life.store.calls).toEqual([
      "+ Service shop/web",
      "synced Namespace",
      "synced Service",
      "- Service shop/web",
    ]);
    expect(life.lines).toEqual([`info: There is no snapshot "${path}" yet`]);
  });

  it("writes the file when it stops, for nobody else to read, and leaves nothing else", async () => {
    await liveOnce();
    expect(readdirSync(folder.path)).toEqual(["cluster.snapshot"]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const lines = readFileSync(path, "utf8").split("\n");
    expect(JSON.parse(lines[0] ?? "")).toEqual({
      portolan: "snapshot",
      version: 1,
      time: "2026-11-25T20:00:00Z",
      selection: "all",
    });
    expect(lines.slice(1, 4).map((line) => JSON.parse(line))).toEqual(SHOP);
    expect(JSON.parse(lines[4] ?? "")).toMatchObject({ objects: { Namespace: 1, Service: 2 } });
  });

  it("has all objects after a restart before the real source has told of any", async () => {
    await liveOnce();
    const life = await new Life().start();
    expect([...life.store.objects()]).toEqual(SHOP);
    expect(life.store.calls.slice(-2)).toEqual([
      `restored Namespace of ${SAVED_AT}`,
      `restored Service of ${SAVED_AT}`,
    ]);
    expect(life.lines).toEqual([
      `info: Serving the snapshot "${path}" of 2026-11-25T20:00:00Z (3 objects) until the API server has been read`,
    ]);
    expect(await life.metric("portolan_kubernetes_snapshot_size_bytes")).toBe(
      String(statSync(path).size),
    );
  });

  it("removes what is gone exactly when the real source has told of all, kind by kind", async () => {
    await liveOnce();
    const { store, inner, lines } = await new Life().start();
    inner.sink.upsert(testService("shop/web", "10.96.0.20"));
    inner.sink.upsert(testService("shop/new"));
    expect(store.kept.has("Service shop/api")).toBe(true);
    store.calls = [];
    inner.sink.synced("Service");
    expect(store.calls).toEqual(["- Service shop/api", "synced Service"]);
    expect(store.kept.has("Namespace /shop")).toBe(true);
    inner.sink.synced("Namespace");
    expect(store.calls.slice(2)).toEqual(["- Namespace /shop", "synced Namespace"]);
    expect(lines.at(-1)).toBe(
      `info: The API server has been read in place of the snapshot "${path}" of 2026-11-25T20:00:00Z: 2 gone`,
    );
    // A kind may be told of in full again.
    inner.sink.synced("Service");
    expect([...store.kept.keys()].toSorted()).toEqual(["Service shop/new", "Service shop/web"]);
  });

  it("ends with what the real source has told, whatever the snapshot had", async () => {
    const services = fc.uniqueArray(fc.constantFrom("a", "b", "c", "d", "e"));
    const runs = fc.asyncProperty(services, services, services, async (saved, told, removed) => {
      await liveOnce(saved.map((name) => testService(`shop/${name}`)));
      const { source, store, inner } = await new Life().start();
      expect(store.kept.size).toBe(saved.length);
      for (const name of told) inner.sink.upsert(testService(`shop/${name}`, "10.96.0.9"));
      for (const name of removed) inner.sink.remove("Service", { namespace: "shop", name });
      inner.tellAll([], KINDS);
      const left = told.filter((name) => !removed.includes(name));
      expect([...store.objects()].map(({ name }) => name).toSorted()).toEqual(left.toSorted());
      await source.stop();
    });
    await fc.assert(runs, { numRuns: 40 });
  });

  it("does not remove twice what the real source has removed", async () => {
    await liveOnce();
    const { store, inner } = await new Life().start();
    inner.sink.remove("Service", { namespace: "shop", name: "api" });
    inner.sink.upsert(testService("shop/web"));
    store.calls = [];
    inner.sink.synced("Service");
    expect(store.calls).toEqual(["synced Service"]);
  });

  it("does not write before everything is known, however old the good file is", async () => {
    const life = await new Life().start();
    life.inner.tellAll(SHOP, ["Service"]);
    await life.source.save();
    await life.source.stop();
    expect(existsSync(path)).toBe(false);
    await liveOnce();
    const before = readFileSync(path);
    const second = await new Life().start();
    second.inner.tellAll([], ["Service"]);
    await second.source.stop();
    expect(readFileSync(path)).toEqual(before);
  });

  it("writes only what has changed", async () => {
    const life = await new Life().start();
    life.inner.tellAll(SHOP, KINDS);
    await life.source.save();
    await life.source.save();
    await life.source.stop();
    expect(await life.metric(WRITES)).toBe("1");
    expect(await life.metric("portolan_kubernetes_snapshot_size_bytes")).toBe(
      String(statSync(path).size),
    );
  });

  it("writes by itself after half a minute", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    try {
      const life = await new Life().start();
      life.inner.tellAll(SHOP, KINDS);
      vi.advanceTimersByTime(WRITE_INTERVAL_MS - 1);
      await life.source.stop();
      vi.advanceTimersByTime(WRITE_INTERVAL_MS);
      expect(await life.metric(WRITES)).toBe("1");
      const second = await new Life().start();
      second.inner.tellAll(SHOP.slice(0, 2), KINDS);
      vi.advanceTimersByTime(WRITE_INTERVAL_MS);
      while (readFileSync(path, "utf8").includes("shop/api")) await setImmediate();
      while ((await second.metric(WRITES)) !== "1") await setImmediate();
    } finally {
      vi.useRealTimers();
    }
  });

  it("writes while the cluster changes, and then what has changed", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => testService(`shop/web-${i}`));
    const life = await new Life().start();
    life.inner.tellAll(many, KINDS);
    const saving = life.source.save();
    let changes = 0;
    void saving.then(() => {
      changes = -1;
    });
    for (; changes >= 0; await setImmediate()) {
      life.inner.sink.remove("Service", { namespace: "shop", name: `web-${changes}` });
      life.inner.sink.upsert(testService(`shop/new-${changes}`));
      changes++;
    }
    const during = await new Life().start();
    expect(during.store.kept.size).toBeGreaterThanOrEqual(20_000);
    await life.source.stop();
    const after = await new Life().start();
    expect(after.names()).toEqual(life.names());
    expect(after.names()).not.toContain("Service shop/web-0");
  });

  it("leaves a file alone that somebody else has written since", async () => {
    const old = await new Life().start();
    old.inner.tellAll(SHOP, KINDS);
    const next = await new Life({ selection: "next" }).start();
    next.inner.tellAll(SHOP, KINDS);
    await next.source.save();
    await old.source.stop();
    const third = await new Life({ selection: "next" }).start();
    expect(third.store.kept.size).toBe(3);
  });
});

describe("a folder that cannot be written to", () => {
  it("is one warning, counted each time, and tried again", async () => {
    const missing = join(folder.path, "missing");
    const life = await new Life({ path: join(missing, "cluster.snapshot") }).start();
    life.inner.tellAll(SHOP, KINDS);
    await life.source.save();
    await life.source.save();
    const warnings = life.lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toEqual([
      expect.stringMatching(/^warn: Cannot write snapshot ".*cluster.snapshot": ENOENT/),
    ]);
    expect(await life.metric(FAILURES)).toBe("2");
    mkdirSync(missing);
    await life.source.stop();
    expect(await life.metric(WRITES)).toBe("1");
    expect(readdirSync(missing)).toEqual(["cluster.snapshot"]);
  });

  it("leaves no temporary file where the name is taken", async () => {
    mkdirSync(path);
    const life = await new Life().start();
    expect(life.lines).toEqual([`warn: Cannot use snapshot "${path}": not a file`]);
    life.inner.tellAll(SHOP, KINDS);
    await life.source.stop();
    expect(life.lines.at(-1)).toMatch(/^warn: Cannot write snapshot ".*": E\w+/);
    expect(readdirSync(folder.path)).toEqual(["cluster.snapshot"]);
  });
});

describe("a file that cannot be used", () => {
  async function refused(): Promise<string | undefined> {
    const life = await new Life().start();
    expect(life.store.kept.size).toBe(0);
    expect(life.store.calls.filter((call) => call.startsWith("restored"))).toEqual([]);
    life.inner.tellAll(SHOP, KINDS);
    expect(life.store.kept.size).toBe(3);
    const [line, ...others] = life.lines;
    expect(others).toEqual([]);
    return line?.replace(path, "F");
  }

  it.each<[string, (text: string) => string, string]>([
    ["a file that ends early", (text) => text.slice(0, -20), "truncated"],
    ["a file of one line", (text) => `${text.split("\n")[0]}\n`, "truncated"],
    ["an empty file", () => "", "not a snapshot"],
    ["another program's file", () => "hello\nworld\n", "not a snapshot"],
    ["null", () => "null\n", "not a snapshot"],
    [
      "a later format",
      (text) => text.replace(`"version":1`, `"version":2`),
      "format version 2, expected 1",
    ],
    ["no time", (text) => text.replace("2026-11", "soon"), 'bad time "soon-25T20:00:00Z"'],
    ["a changed octet", (text) => text.replace("10.96.0.21", "10.96.0.22"), "the checksum differs"],
  ])("%s is named in a warning, and the start is as without it", async (_, edit, reason) => {
    await liveOnce();
    writeFileSync(path, edit(readFileSync(path, "utf8")));
    expect(await refused()).toBe(`warn: Cannot use snapshot "F": ${reason}`);
  });

  it("is one of another selection", async () => {
    const other = await new Life({ selection: "other" }).start();
    other.inner.tellAll(SHOP, KINDS);
    await other.source.stop();
    expect(await refused()).toBe(
      `warn: Cannot use snapshot "F": written with other options, or for another cluster`,
    );
  });

  it("leaves nothing of what was read until the fault was found", async () => {
    await liveOnce([...SHOP, { kind: "Pod" } as ClusterObject]);
    expect(await refused()).toBe(`warn: Cannot use snapshot "F": unexpected kind "Pod"`);
  });
});
