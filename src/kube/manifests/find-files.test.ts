import { mkdirSync, symlinkSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { findFiles } from "./find-files.ts";
import { TemporaryFolder } from "./testing.ts";

/** Paths relative to a folder; `unreadable` as sorted paths. */
async function find(
  folder: TemporaryFolder,
  ...paths: string[]
): Promise<{ files: string[]; folders: string[]; unreadable: string[] }> {
  const found = await findFiles(paths.map((path) => join(folder.path, path)));
  const names = (given: Iterable<string>): string[] =>
    [...given].map((path) => relative(folder.path, path));
  return {
    files: names(found.files.keys()),
    folders: names(found.folders).sort(),
    unreadable: names(found.unreadable.keys()),
  };
}

it("finds manifests in folders and those below, sorted, and nothing else", async () => {
  using folder = new TemporaryFolder();
  for (const name of ["b.yml", "a.yaml", "c/d.json", "README.md", ".hidden.yaml", ".git/x.yaml"]) {
    folder.write(name, "");
  }
  expect(await find(folder, "")).toEqual({
    files: ["a.yaml", "b.yml", "c/d.json"],
    folders: ["", "c"],
    unreadable: [],
  });
});

it("finds a file by its own name, whatever it is called, and each file once", async () => {
  using folder = new TemporaryFolder();
  folder.write("z.txt", "");
  folder.write("a.yaml", "");
  const { files, folders } = await find(folder, "z.txt", "a.yaml", "", "z.txt");
  expect(files).toEqual(["z.txt", "a.yaml"]);
  expect(folders).toEqual([""]);
});

it("finds what a glob matches, sorted, and watches where more may appear", async () => {
  using folder = new TemporaryFolder();
  for (const name of ["x/b/2.yaml", "x/a/1.yaml", "x/a/1.txt", "y/a/3.yaml"]) {
    folder.write(name, "");
  }
  expect(await find(folder, "x/*/*")).toEqual({
    files: ["x/a/1.yaml", "x/b/2.yaml"],
    folders: ["x", "x/a", "x/b"],
    unreadable: [],
  });
  expect((await find(folder, "{x,y}")).files).toEqual(["x/a/1.yaml", "x/b/2.yaml", "y/a/3.yaml"]);
});

it("watches where the folder of a glob may come to be", async () => {
  using folder = new TemporaryFolder();
  const missing = { files: [], folders: [""], unreadable: ["none/at"] };
  expect(await find(folder, "none/at/*.yaml")).toEqual(missing);
});

it("finds a file whose name looks like a glob", async () => {
  using folder = new TemporaryFolder();
  folder.write("a[1].yaml", "");
  folder.write("a1.yaml", "");
  expect((await find(folder, "a[1].yaml")).files).toEqual(["a[1].yaml"]);
});

it("follows links, once, and not in circles", async () => {
  using folder = new TemporaryFolder();
  folder.write("a/one.yaml", "");
  symlinkSync("..", join(folder.path, "a/up"));
  symlinkSync("a", join(folder.path, "b"));
  symlinkSync("one.yaml", join(folder.path, "a/two.yaml"));
  symlinkSync("nowhere.yaml", join(folder.path, "a/dangling.yaml"));
  expect(await find(folder, "")).toMatchObject({ files: ["a/one.yaml"], unreadable: [] });
});

it("reads a mounted ConfigMap through its visible links", async () => {
  using folder = new TemporaryFolder();
  folder.write("..2026_01/web.yaml", "");
  symlinkSync("..2026_01", join(folder.path, "..data"));
  symlinkSync("..data/web.yaml", join(folder.path, "web.yaml"));
  expect((await find(folder, "")).files).toEqual(["web.yaml"]);
});

it("tells of a link to itself that it cannot be read", async () => {
  using folder = new TemporaryFolder();
  symlinkSync("self.yaml", join(folder.path, "self.yaml"));
  expect(await find(folder, "")).toMatchObject({ files: [], unreadable: ["self.yaml"] });
});

it("finds nothing in an empty folder, and says where there is none", async () => {
  using folder = new TemporaryFolder();
  mkdirSync(join(folder.path, "empty"));
  expect(await find(folder, "empty", "missing")).toEqual({
    files: [],
    folders: ["", "empty"],
    unreadable: ["missing"],
  });
});
