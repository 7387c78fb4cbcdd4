import { execFileSync } from "node:child_process";
import { renameSync, rmSync, symlinkSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { manifestKey } from "./manifest.ts";
import { ManifestFiles } from "./manifest-files.ts";
import { serviceYaml, TemporaryFolder } from "./testing.ts";

class Scene extends TemporaryFolder {
  readonly #files = new ManifestFiles([this.path]);

  /** What is in the files now, paths left out of the messages. */
  async read(): Promise<{ keys: string[]; problems: string[] }> {
    const { manifests, problems } = await this.#files.read();
    return {
      keys: manifests.map(manifestKey),
      problems: problems.map((problem) => problem.replaceAll(`${this.path}/`, "")),
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

it("reads no file beyond 16 MiB, and no named pipe", async () => {
  using scene = new Scene();
  truncateSync(scene.write("large.yaml", ""), 16 * 1024 * 1024 + 1);
  const pipe = join(scene.path, "pipe");
  execFileSync("mkfifo", [pipe]);
  const { problems } = await new ManifestFiles([scene.path, pipe]).read();
  expect(problems).toEqual([
    `Cannot read manifest "${scene.path}/large.yaml": has 16777217 octets, more than 16777216`,
    `Cannot read manifest "${pipe}": is not a file`,
  ]);
});
