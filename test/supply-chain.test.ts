import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { satisfies } from "semver";
import { describe, expect, it } from "vitest";
import { ROOT } from "./run-portolan.ts";

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly engines?: { readonly node?: string };
}

/** CycloneDX has components, SPDX packages. */
interface Bill {
  readonly components?: readonly Listed[];
  readonly packages?: readonly Listed[];
}

interface Listed {
  readonly name: string;
  readonly version?: string;
  readonly versionInfo?: string;
}

const manifest = readJson("package.json") as {
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
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

describe("the bundle", () => {
  const bundled = readJson("dist/bundled.json") as { path: string; version: string }[];

  it("has what nobody who installs Portolan needs besides", () => {
    // All that the sources import, from wherever they are, is in the bundle or installed with it.
    const names = bundled.map(({ path }) => nameOf(path));
    expect(names).toEqual(
      expect.arrayContaining(["@kubernetes/client-node", "dns2", "ipaddr.js", "lru-cache", "yaml"]),
    );
    expect(Object.keys(manifest.dependencies)).toEqual(["pino"]);
    expect(
      Object.keys(manifest.optionalDependencies).filter((name) => !name.startsWith("node-")),
    ).toEqual(["koffi"]);
    expect(names.filter((name) => name in manifest.dependencies)).toEqual([]);
    for (const { path, version } of bundled) expect(lock.packages[path]).toMatchObject({ version });
  });

  it.each(["cyclonedx", "spdx"])(
    "is in the bill of materials as %s, with what is installed beside it",
    (format) => {
      const args = [join(ROOT, "deploy/sbom.ts"), "--sbom-format", format];
      const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
      const bill = JSON.parse(stdout) as Bill;
      const listed = (bill.components ?? bill.packages ?? []).map(
        ({ name, version, versionInfo }) => `${name}@${version ?? versionInfo}`,
      );
      const beside = packages.filter(([, { dev }]) => dev !== true);
      const expected = [
        ...bundled.map(({ path, version }) => `${nameOf(path)}@${version}`),
        ...beside.map(([path, { version }]) => `${nameOf(path)}@${version}`),
      ];
      const own = `portolan@${manifest.version}`;
      expect(listed.filter((name) => name !== own).toSorted()).toEqual(expected.toSorted());
    },
  );
});

describe("Node", () => {
  const versions = packages
    .filter(([path]) => /^node_modules\/node-(bin-)?(linux|darwin|win)-/.test(path))
    .map(([, { version }]) => version ?? "");

  it("comes in versions that every package and the program itself take", () => {
    expect(versions).toHaveLength(5);
    for (const version of versions) {
      const narrow = Object.entries(lock.packages).filter(
        ([, { engines }]) => engines?.node !== undefined && !satisfies(version, engines.node),
      );
      expect(narrow.map(([path]) => path)).toEqual([]);
    }
  });

  it("of an older version makes npm say nothing of all this, where it would warn", () => {
    expect(installedBy("v20.19.2", "--loglevel=warn")).toContain("EBADENGINE");
    expect(installedBy("v20.19.2")).not.toContain("EBADENGINE");
  });
});

/** What npm would say if it were to install all this on another Node. */
function installedBy(nodeVersion: string, ...flags: readonly string[]): string {
  const other = `Object.defineProperty(process, "version", { value: "${nodeVersion}" })`;
  const { status, stdout, stderr } = spawnSync("npm", ["ci", "--dry-run", "--offline", ...flags], {
    cwd: ROOT,
    encoding: "utf8",
    env: {
      ...withoutNpmSettings(process.env),
      NODE_OPTIONS: `--import "data:text/javascript,${encodeURIComponent(other)}"`,
    },
  });
  expect(status).toBe(0);
  return stdout + stderr;
}

/** Within `npm test`, npm's settings are in the environment, and would come before `.npmrc`. */
function withoutNpmSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^npm_config_/i.test(name)));
}
