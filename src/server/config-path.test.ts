import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { configPath } from "./config-path.ts";

let folder = "";
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "paths-")));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Makes a file below the folder. */
function make(path: string): string {
  const file = join(folder, path);
  mkdirSync(join(file, ".."), { recursive: true });
  writeFileSync(file, "");
  return file;
}

describe("a path of the Corefile", () => {
  it("is taken as it is if it begins with a slash", () => {
    expect(configPath("/a/b", { root: "/c" }, { file: "/d/Corefile" })).toBe("/a/b");
  });

  it("starts at root, and without it at the working directory", () => {
    const at = { file: make("etc/Corefile") };
    make("etc/package.json");
    const file = make("zones/a.hosts");
    expect(configPath("a.hosts", { root: join(folder, "zones") }, at)).toBe(file);
    expect(configPath("package.json", { root: "" }, at)).toBe(resolve("package.json"));
  });

  it("is beside the Corefile if it is not there, also below a relative root", () => {
    const at = { file: make("etc/Corefile") };
    const [hosts, below] = [make("etc/a.hosts"), make("etc/zones/b.hosts")];
    expect(configPath("a.hosts", { root: "" }, at)).toBe(hosts);
    expect(configPath("b.hosts", { root: "zones" }, at)).toBe(below);
  });

  it("is beside the Corefile as a pattern whose folder is there", () => {
    const at = { file: make("etc/Corefile") };
    make("etc/manifests-of-mine/a.yaml");
    const pattern = "manifests-of-mine/*.yaml";
    expect(configPath(pattern, { root: "" }, at)).toBe(join(folder, "etc", pattern));
  });

  it("may come later where it should be, if it is nowhere", () => {
    const root = join(folder, "zones");
    const at = { file: make("etc/Corefile") };
    expect(configPath("later", { root }, at)).toBe(join(root, "later"));
  });
});
