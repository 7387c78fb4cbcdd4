import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ROOT } from "./run-portolan.ts";

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly hasInstallScript?: boolean;
}

const manifest = readJson("package.json") as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly dependencies: Readonly<Record<string, string>>;
};
const lock = readJson("package-lock.json") as {
  readonly packages: Readonly<Record<string, LockedPackage>>;
};
const packages = Object.entries(lock.packages).filter(([path]) => path !== "");

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(ROOT, file), "utf8"));
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
}

describe("what is installed", () => {
  it("is known by its hash, and taken from no registry in particular", () => {
    expect(packages.length).toBeGreaterThan(50);
    const unknown = packages.filter(
      ([, { integrity }]) => integrity?.startsWith("sha512-") !== true,
    );
    expect(unknown.map(([path]) => path)).toEqual([]);
    expect(packages.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  it("runs a script only where somebody has said whether it may", () => {
    const withScripts = packages
      .filter(([, { hasInstallScript }]) => hasInstallScript === true)
      .map(([path]) => nameOf(path));
    expect(new Set(withScripts)).toEqual(new Set(Object.keys(manifest.allowScripts)));
  });
});

it("docs/security.md names the packages whose scripts are allowed", () => {
  const text = readFileSync(join(ROOT, "docs/security.md"), "utf8");
  for (const name of Object.keys(manifest.allowScripts)) expect(text).toContain(`\`${name}\``);
});
