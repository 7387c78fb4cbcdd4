import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { until } from "../../testing/until.ts";
import { recordingLog, silentLog } from "../../testing/context.ts";
import type { ManifestsOptions, ManifestsSource } from "./manifests-source.ts";
import { manifestsSource } from "./manifests-source.ts";
import { EVERYTHING, RecordingSink, serviceYaml, TemporaryFolder } from "./testing.ts";

const started: ManifestsSource[] = [];

afterEach(async () => {
  for (const source of started.splice(0)) await source.stop();
});

async function start(
  path: string,
  options: Partial<ManifestsOptions> = {},
): Promise<{ source: ManifestsSource; sink: RecordingSink }> {
  const source = manifestsSource({
    paths: [path],
    selection: EVERYTHING,
    log: silentLog(),
    watch: false,
    ...options,
  });
  started.push(source);
  const sink = new RecordingSink();
  await source.start(sink);
  return { source, sink };
}

describe("a source of manifests", () => {
  it("has told of everything when it has started", async () => {
    using folder = new TemporaryFolder();
    folder.write("a.yaml", serviceYaml("shop/web"));
    const { sink } = await start(folder.path);
    expect(sink.calls).toEqual([
      "+ Namespace default",
      "+ Namespace kube-node-lease",
      "+ Namespace kube-public",
      "+ Namespace kube-system",
      "+ Namespace shop",
      "+ Service default/kubernetes",
      "+ Service shop/web",
      "+ EndpointSlice default/kubernetes",
      "synced Namespace",
      "synced Service",
      "synced EndpointSlice",
      "synced Pod",
      "synced ServiceImport",
    ]);
  });

  it("says nothing of kinds that nobody wants", async () => {
    using folder = new TemporaryFolder();
    const selection = { ...EVERYTHING, endpoints: false, pods: false, serviceImports: false };
    const { sink } = await start(folder.path, { selection });
    expect(sink.calls.filter((call) => call.startsWith("synced"))).toEqual([
      "synced Namespace",
      "synced Service",
    ]);
    expect(sink.get("EndpointSlice", "default/kubernetes")).toBeUndefined();
  });

  it("tells of what has changed only", async () => {
    using folder = new TemporaryFolder();
    folder.write("a.yaml", serviceYaml("shop/a") + serviceYaml("shop/b") + serviceYaml("shop/c"));
    const { source, sink } = await start(folder.path);
    sink.calls = [];
    await source.refresh();
    expect(sink.calls).toEqual([]);
    const changed = serviceYaml("shop/b", "{clusterIP: None}");
    folder.write("a.yaml", `# edited\n${serviceYaml("shop/a")}${changed}${serviceYaml("edge/d")}`);
    await source.refresh();
    expect(sink.calls).toEqual([
      "- Service shop/c",
      "+ Namespace edge",
      "+ Service edge/d",
      "+ Service shop/b",
    ]);
    expect(sink.get("Service", "shop/b")).toMatchObject({ headless: true });
  });

  it("tells of all changes of one look in one turn of the event loop", async () => {
    using folder = new TemporaryFolder();
    folder.write("a.yaml", serviceYaml("shop/a"));
    const { source, sink } = await start(folder.path);
    const turns: number[] = [];
    let turn = 0;
    const counter = setInterval(() => turn++, 0);
    vi.spyOn(sink, "upsert").mockImplementation(() => void turns.push(turn));
    folder.write("b.yaml", serviceYaml("shop/b"));
    folder.write("c.yaml", serviceYaml("shop/c"));
    await source.refresh();
    clearInterval(counter);
    expect(turns).toHaveLength(2);
    expect(new Set(turns).size).toBe(1);
  });

  it("says once what is wrong, and again if it breaks again", async () => {
    using folder = new TemporaryFolder();
    const { log, lines } = recordingLog();
    const path = folder.write("a.yaml", serviceYaml("shop/a", "{clusterIP: x}"));
    const { source, sink } = await start(folder.path, { log });
    const warnings = (): string[] => lines.filter((line) => line.startsWith("warn"));
    const warning = `warn: Cannot read manifest "${path}", document 1, line 5: spec.clusterIP: "x" is not an IP address`;
    expect(warnings()).toEqual([warning]);
    folder.write("b.yaml", serviceYaml("shop/b"));
    await source.refresh();
    expect(warnings()).toEqual([warning]);
    folder.write("a.yaml", serviceYaml("shop/a"));
    await source.refresh();
    expect(sink.get("Service", "shop/a")).toBeDefined();
    const repaired = `info: Manifest "${path}" is good again`;
    expect(lines.filter((line) => line === repaired)).toHaveLength(1);
    await source.refresh();
    expect(lines.filter((line) => line === repaired)).toHaveLength(1);
    folder.write("a.yaml", serviceYaml("shop/a", "{clusterIP: x}"));
    await source.refresh();
    expect(warnings()).toEqual([warning, `${warning}; what was in the file before still counts`]);
    expect(sink.get("Service", "shop/a")).toBeDefined();
  });

  it("says no word of good of a file that is wrong and then gone", async () => {
    using folder = new TemporaryFolder();
    const { log, lines } = recordingLog();
    const path = folder.write("a.yaml", "kind: 3\n");
    const { source } = await start(folder.path, { log });
    rmSync(path);
    await source.refresh();
    expect(lines.filter((line) => line.includes("good again"))).toEqual([]);
  });

  it("does not repeat a warning when what follows from it changes", async () => {
    using folder = new TemporaryFolder();
    const { log, lines } = recordingLog();
    const path = folder.write("a.yaml", "");
    const { source } = await start(folder.path, { log });
    folder.write("a.yaml", "kind: 3\n");
    await source.refresh();
    folder.write("a.yaml", "kind: 3\n\n");
    await source.refresh();
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([
      `warn: Cannot read manifest "${path}", document 1, line 1: kind: 3 is not a string`,
    ]);
  });

  it("quotes little of what is wrong, and nothing that is not printable", async () => {
    using folder = new TemporaryFolder();
    const { log, lines } = recordingLog();
    const long = "\u0007\u001B[31m".repeat(10_000);
    folder.write("alias.yaml", `a: *${"x".repeat(40_000)}\n`);
    folder.write(
      "field.yaml",
      `${JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: long } })}\n`,
    );
    folder.write(
      "label.json",
      JSON.stringify({
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "a", labels: { [long]: 1 } },
      }),
    );
    folder.write("text.json", long);
    folder.write(`${"\u001B[2J".repeat(20)}.yaml`, "kind: 3");
    await start(folder.path, { log });
    const warnings = lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toHaveLength(5);
    for (const warning of warnings) {
      expect(warning.length).toBeLessThan(600);
      expect(warning).not.toMatch(/\p{Cc}/u);
    }
  });

  it("keeps the objects of a folder that goes, warns once, and follows it when it is back", async () => {
    using folder = new TemporaryFolder();
    const { log, lines } = recordingLog();
    const path = join(folder.path, "manifests");
    folder.write("manifests/a.yaml", serviceYaml("shop/a"));
    const { source, sink } = await start(path, { log });
    lines.length = 0;
    sink.calls = [];
    renameSync(path, `${path}.away`);
    await source.refresh();
    await source.refresh();
    expect(sink.calls).toEqual([]);
    expect(lines).toEqual([
      `warn: Cannot read manifests "${path}": no such file or folder; what was there before still counts`,
    ]);
    folder.write("manifests.away/b.yaml", serviceYaml("shop/b"));
    renameSync(`${path}.away`, path);
    await source.refresh();
    expect(sink.calls).toEqual(["+ Service shop/b"]);
    rmSync(path, { recursive: true });
    await source.refresh();
    expect(sink.get("Service", "shop/b")).toBeDefined();
    expect(lines.filter((line) => line.startsWith("warn"))).toHaveLength(2);
  });

  it("does not start where a path does not exist, and names it", async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "missing");
    await expect(start(path)).rejects.toThrow(
      `cannot read manifests "${path}": no such file or folder`,
    );
  });

  it("starts with a glob that matches nothing yet", async () => {
    using folder = new TemporaryFolder();
    const { source, sink } = await start(join(folder.path, "*.yaml"));
    folder.write("a.yaml", serviceYaml("shop/a"));
    await source.refresh();
    expect(sink.get("Service", "shop/a")).toBeDefined();
  });

  it("refuses label selectors and ranges that cannot be parsed", () => {
    const options = { paths: ["x"], selection: EVERYTHING, log: silentLog() };
    const selection = { ...EVERYTHING, labels: "a b" };
    expect(() => manifestsSource({ ...options, selection })).toThrow(SyntaxError);
    expect(() => manifestsSource({ ...options, serviceCidrs: ["x"] })).toThrow(SyntaxError);
  });

  it("goes on after its sink has failed, and tells it again", async () => {
    using folder = new TemporaryFolder();
    const { source, sink } = await start(folder.path);
    folder.write("a.yaml", serviceYaml("shop/a"));
    vi.spyOn(sink, "upsert").mockImplementationOnce(() => {
      throw new Error("full");
    });
    await expect(source.refresh()).rejects.toThrow("full");
    await source.refresh();
    expect(sink.get("Service", "shop/a")).toBeDefined();
  });

  it("tells nothing once it has been stopped, even in the middle of a look", async () => {
    using folder = new TemporaryFolder();
    const { source, sink } = await start(folder.path);
    sink.calls = [];
    folder.write("a.yaml", serviceYaml("shop/a"));
    const looking = source.refresh();
    await source.stop();
    await looking;
    expect(sink.calls).toEqual([]);
  });
});

describe("a source that watches", () => {
  it("follows files that are written, moved, removed, and new folders", async () => {
    using folder = new TemporaryFolder();
    folder.write("a.yaml", serviceYaml("shop/a"));
    const { sink } = await start(folder.path, { watch: true });
    const seen = (name: string): Promise<void> =>
      until(() => sink.get("Service", name) !== undefined);
    const gone = (name: string): Promise<void> =>
      until(() => sink.get("Service", name) === undefined);
    folder.write("b.yaml", serviceYaml("shop/b"));
    await seen("shop/b");
    renameSync(folder.write("new", serviceYaml("shop/c")), join(folder.path, "a.yaml"));
    await seen("shop/c");
    await gone("shop/a");
    mkdirSync(join(folder.path, "sub"));
    folder.write("sub/d.yaml", serviceYaml("shop/d"));
    await seen("shop/d");
    folder.write("sub/e.yaml", serviceYaml("shop/e"));
    await seen("shop/e");
    rmSync(join(folder.path, "sub"), { recursive: true });
    await gone("shop/d");
    expect(sink.get("Service", "shop/c")).toBeDefined();
  });

  it("sees a folder that goes and comes back", async () => {
    using folder = new TemporaryFolder();
    const path = join(folder.path, "manifests");
    folder.write("manifests/a.yaml", serviceYaml("shop/a"));
    const { log, lines } = recordingLog();
    const { sink } = await start(path, { watch: true, log });
    rmSync(path, { recursive: true });
    await until(() => lines.some((line) => line.startsWith("warn")));
    expect(sink.get("Service", "shop/a")).toBeDefined();
    folder.write("manifests/b.yaml", serviceYaml("shop/b"));
    await until(() => sink.get("Service", "shop/b") !== undefined);
    expect(sink.get("Service", "shop/a")).toBeUndefined();
  });

  it("follows a single file of a mounted ConfigMap to its next version", async () => {
    using folder = new TemporaryFolder();
    folder.write("..1/web.yaml", serviceYaml("shop/a"));
    folder.write("..2/web.yaml", serviceYaml("shop/b"));
    const [data, next, path] = ["..data", "..data_tmp", "web.yaml"].map((name) =>
      join(folder.path, name),
    );
    symlinkSync("..1", data!);
    symlinkSync("..data/web.yaml", path!);
    const { log, lines } = recordingLog();
    const { sink } = await start(path!, { watch: true, log });
    expect(sink.get("Service", "shop/a")).toBeDefined();
    symlinkSync("..2", next!);
    renameSync(next!, data!);
    await until(() => sink.get("Service", "shop/b") !== undefined);
    expect(sink.get("Service", "shop/a")).toBeUndefined();
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([]);
  });

  it("follows a single file in a folder that is replaced as a whole", async () => {
    using folder = new TemporaryFolder();
    const path = folder.write("x/a.yaml", serviceYaml("shop/a"));
    const { sink } = await start(path, { watch: true });
    folder.write("y/a.yaml", serviceYaml("shop/b"));
    renameSync(join(folder.path, "x"), join(folder.path, "z"));
    renameSync(join(folder.path, "y"), join(folder.path, "x"));
    // Events of the folder above are not asked for: the slow poll finds it at the latest.
    await until(() => sink.get("Service", "shop/b") !== undefined);
    expect(sink.get("Service", "shop/a")).toBeUndefined();
  });
});

describe("the examples", () => {
  it("are without fault, and complete", async () => {
    const { log, lines } = recordingLog();
    const examples = join(import.meta.dirname, "../../../deploy/examples");
    const { sink } = await start(examples, { log });
    expect(lines.filter((line) => !line.startsWith("info"))).toEqual([]);
    expect(sink.get("Service", "shop/web")?.clusterIPs).toEqual(["10.96.80.10"]);
    expect(sink.get("Service", "shop/cart")?.clusterIPs).toHaveLength(2);
    const members = sink.get("EndpointSlice", "data/postgres-IPv4-0")?.endpoints;
    expect(members?.map(({ hostname }) => hostname)).toEqual([
      "postgres-0",
      "postgres-1",
      "postgres-2",
    ]);
  });
});
