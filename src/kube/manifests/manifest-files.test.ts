import { execFileSync } from "node:child_process";
import { renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, it } from "vitest";
import { manifestKey } from "./manifest.ts";
import type { Problem } from "./manifest-files.ts";
import { ManifestFiles } from "./manifest-files.ts";
import { serviceYaml, TemporaryFolder } from "./testing.ts";

function lineOf({ text, consequence }: Problem): string {
  return consequence === "" ? text : `${text}; ${consequence}`;
}

class Scene extends TemporaryFolder {
  readonly #files = new ManifestFiles([this.path]);

  /** What is in the files now, paths left out of the messages. */
  async read(): Promise<{ keys: string[]; problems: string[] }> {
    const { manifests, problems } = await this.#files.read();
    return {
      keys: manifests.map(manifestKey),
      problems: problems.map((problem) => lineOf(problem).replaceAll(`${this.path}/`, "")),
    };
  }
}

it("takes the later of two objects of the same name, and says so", async () => {
  using scene = new Scene();
  scene.write("a.yaml", serviceYaml("shop/web", "{clusterIP: 10.0.0.1}"));
  scene.write("b.yaml", serviceYaml("shop/web", "{clusterIP: 10.0.0.2}"));
  const { manifests } = await new ManifestFiles([scene.path]).read();
  expect(manifests).toMatchObject([{ object: { clusterIPs: ["10.0.0.2"] } }]);
  expect((await scene.read()).problems).toEqual([
    'Found Service shop/web twice: "b.yaml", document 1, line 2 counts, not "a.yaml", document 1, line 2',
  ]);
});

it("serves what is good of a file that was never good", async () => {
  using scene = new Scene();
  scene.write("a.yaml", `${serviceYaml("shop/web")}---\nkind: [\n`);
  scene.write("b.yaml", serviceYaml("shop/api"));
  const { keys, problems } = await scene.read();
  expect(keys).toEqual(["Service shop/web", "Service shop/api"]);
  expect(problems).toEqual([
    expect.stringMatching(/^Cannot read manifest "a.yaml", document 2, line 8: /),
  ]);
});

it("keeps what was in a good file that breaks, until it is good again or gone", async () => {
  using scene = new Scene();
  const both = serviceYaml("shop/a") + serviceYaml("shop/b");
  scene.write("x.yaml", both);
  expect(await scene.read()).toEqual({ keys: ["Service shop/a", "Service shop/b"], problems: [] });

  scene.write("x.yaml", `${serviceYaml("shop/c")}---\nkind: 3\n`);
  expect(await scene.read()).toEqual({
    keys: ["Service shop/a", "Service shop/b"],
    problems: [
      'Cannot read manifest "x.yaml", document 2, line 7: kind: 3 is not a string; what was in the file before still counts',
    ],
  });

  scene.write("x.yaml", serviceYaml("shop/c"));
  expect(await scene.read()).toEqual({ keys: ["Service shop/c"], problems: [] });

  scene.write("x.yaml", "kind: 3\n");
  expect((await scene.read()).keys).toEqual(["Service shop/c"]);
  rmSync(join(scene.path, "x.yaml"));
  expect(await scene.read()).toEqual({ keys: [], problems: [] });
});

it("keeps nothing of a file that was empty: it is new", async () => {
  using scene = new Scene();
  scene.write("x.yaml", "");
  expect(await scene.read()).toEqual({ keys: [], problems: [] });
  scene.write("x.yaml", `${serviceYaml("shop/a")}${serviceYaml("shop/b", "{clusterIP: x}")}`);
  expect(await scene.read()).toEqual({
    keys: ["Service shop/a"],
    problems: [
      'Cannot read manifest "x.yaml", document 2, line 10: spec.clusterIP: "x" is not an IP address',
    ],
  });
});

it("names a kind that was mistyped, and keeps what was in the file; one that DNS needs not is a hint", async () => {
  using scene = new Scene();
  scene.write("x.yaml", serviceYaml("shop/a"));
  expect((await scene.read()).keys).toEqual(["Service shop/a"]);
  scene.write("x.yaml", serviceYaml("shop/a").replace("kind: Service", "kind: Servise"));
  expect(await scene.read()).toEqual({
    keys: ["Service shop/a"],
    problems: [
      'Cannot read manifest "x.yaml", document 1, line 3: kind: "Servise" is no kind of Kubernetes: did you mean "Service"?; what was in the file before still counts',
    ],
  });
  const odd = serviceYaml("shop/x").replace("kind: Service", "kind: Deploymnet");
  scene.write("x.yaml", serviceYaml("shop/b") + odd);
  expect(await scene.read()).toEqual({
    keys: ["Service shop/b"],
    problems: [
      'Left out of manifest "x.yaml", document 2, line 8: kind: "Deploymnet" is no kind of Kubernetes: did you mean "Deployment"?',
    ],
  });
});

it("reads a file again that another takes the place of", async () => {
  using scene = new Scene();
  scene.write("a.yaml", serviceYaml("shop/a"));
  const other = scene.write("other.txt", serviceYaml("shop/b"));
  expect((await scene.read()).keys).toEqual(["Service shop/a"]);
  renameSync(other, join(scene.path, "a.yaml"));
  expect((await scene.read()).keys).toEqual(["Service shop/b"]);
});

it("follows a ConfigMap to its next version", async () => {
  using scene = new Scene();
  scene.write("..1/web.yaml", serviceYaml("shop/a"));
  scene.write("..2/web.yaml", serviceYaml("shop/b"));
  symlinkSync("..1", join(scene.path, "..data"));
  symlinkSync("..data/web.yaml", join(scene.path, "web.yaml"));
  expect((await scene.read()).keys).toEqual(["Service shop/a"]);
  symlinkSync("..2", join(scene.path, "..data_tmp"));
  renameSync(join(scene.path, "..data_tmp"), join(scene.path, "..data"));
  expect((await scene.read()).keys).toEqual(["Service shop/b"]);
});

it("keeps what cannot be looked at: it may be there", async () => {
  using scene = new Scene();
  scene.write("sub/a.yaml", serviceYaml("shop/a"));
  expect((await scene.read()).keys).toEqual(["Service shop/a"]);
  renameSync(join(scene.path, "sub"), join(scene.path, ".away"));
  symlinkSync("sub", join(scene.path, "sub"));
  const { keys, problems } = await scene.read();
  expect(keys).toEqual(["Service shop/a"]);
  expect(problems).toEqual([expect.stringMatching(/^Cannot read manifests "sub": ELOOP: /)]);
});

const GONE = "no such file or folder; what was there before still counts";

it("keeps what was in a folder that is gone as a whole, until it is back", async () => {
  using scene = new Scene();
  const [first, last] = ["first", "last"].map((name) => join(scene.path, name));
  scene.write("first/a.yaml", serviceYaml("shop/web", "{clusterIP: 10.0.0.1}"));
  scene.write("first/b.yaml", serviceYaml("shop/b"));
  scene.write("last/a.yaml", serviceYaml("shop/web", "{clusterIP: 10.0.0.2}"));
  const files = new ManifestFiles([first!, last!]);
  const before = await files.read();
  expect(before.manifests).toMatchObject([{ object: { clusterIPs: ["10.0.0.2"] } }, { name: "b" }]);

  renameSync(first!, join(scene.path, "away"));
  const without = await files.read();
  // Not even the order has changed: the later of two objects is the same one.
  expect(without.manifests).toBe(before.manifests);
  expect(without.problems.map(lineOf)).toEqual([
    `Cannot read manifests "${first}": ${GONE}`,
    ...before.problems.map(lineOf),
  ]);
  expect(without.folders).toContain(scene.path);

  rmSync(join(scene.path, "away/b.yaml"));
  renameSync(join(scene.path, "away"), first!);
  const back = await files.read();
  expect(back.manifests.map(manifestKey)).toEqual(["Service shop/web"]);
  expect(back.problems).toEqual(before.problems);
});

it("keeps a file that is named by itself while it is gone, and takes the one in its place", async () => {
  using scene = new Scene();
  const path = scene.write("a.yaml", serviceYaml("shop/a"));
  const files = new ManifestFiles([path]);
  const keys = async () => (await files.read()).manifests.map(manifestKey);
  expect(await keys()).toEqual(["Service shop/a"]);
  rmSync(path);
  expect(await keys()).toEqual(["Service shop/a"]);
  expect((await files.read()).problems.map(lineOf)).toEqual([
    `Cannot read manifests "${path}": ${GONE}`,
  ]);
  renameSync(scene.write("a.yaml~", serviceYaml("shop/b")), path);
  expect(await keys()).toEqual(["Service shop/b"]);
  expect((await files.read()).problems).toEqual([]);
});

it("keeps what a glob has found while the folder of it is gone", async () => {
  using scene = new Scene();
  scene.write("x/a.yaml", serviceYaml("shop/a"));
  const files = new ManifestFiles([join(scene.path, "x/*.yaml")]);
  const keys = async () => (await files.read()).manifests.map(manifestKey);
  expect(await keys()).toEqual(["Service shop/a"]);
  renameSync(join(scene.path, "x"), join(scene.path, "y"));
  expect(await keys()).toEqual(["Service shop/a"]);
  renameSync(join(scene.path, "y"), join(scene.path, "x"));
  rmSync(join(scene.path, "x/a.yaml"));
  expect(await keys()).toEqual([]);
});

it("takes what is removed from a folder that stays for removed, down to the last", async () => {
  using scene = new Scene();
  scene.write("sub/a.yaml", serviceYaml("shop/a"));
  scene.write("b.yaml", serviceYaml("shop/b"));
  expect((await scene.read()).keys).toEqual(["Service shop/b", "Service shop/a"]);
  rmSync(join(scene.path, "sub"), { recursive: true });
  expect(await scene.read()).toEqual({ keys: ["Service shop/b"], problems: [] });
  rmSync(join(scene.path, "b.yaml"));
  expect(await scene.read()).toEqual({ keys: [], problems: [] });
});

it("reads neither named pipes nor sockets and devices, and says so", async () => {
  using scene = new Scene();
  const path = scene.write("a.yaml", serviceYaml("shop/a"));
  expect((await scene.read()).keys).toEqual(["Service shop/a"]);
  rmSync(path);
  execFileSync("mkfifo", [path]);
  const server = createServer().listen(join(scene.path, "sock"));
  symlinkSync("/dev/null", join(scene.path, "zero.yaml"));
  const found = await scene.read();
  server.close();
  expect(found).toEqual({
    keys: ["Service shop/a"],
    problems: [
      'Cannot read manifests "a.yaml": is a named pipe, not a file; what was there before still counts',
      'Cannot read manifests "sock": is a socket, not a file',
      'Cannot read manifests "zero.yaml": is a device, not a file',
    ],
  });
  const { problems } = await new ManifestFiles([path, "/dev/null"]).read();
  expect(problems.map(lineOf)).toEqual([
    `Cannot read manifests "${path}": is a named pipe, not a file`,
    'Cannot read manifests "/dev/null": is a device, not a file',
  ]);
});

it("reads no file beyond 16 MiB", async () => {
  using scene = new Scene();
  truncateSync(scene.write("large.yaml", ""), 16 * 1024 * 1024 + 1);
  expect((await scene.read()).problems).toEqual([
    'Cannot read manifest "large.yaml": has 16777217 octets, more than 16777216',
  ]);
});
