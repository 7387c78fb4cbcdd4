import type { ChildProcessWithoutNullStreams } from "node:child_process";
import { execFileSync, spawn } from "node:child_process";
import {
  existsSync,
  globSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { Portolan } from "../run-portolan.ts";
import { CACHE } from "./cache.ts";
import { madePackages } from "./made-packages.ts";

/** What Debian 13 has is 20; the other can go on as another Node without a child. */
const OLD = "20.20.2";
const NEWER = "22.23.3";

const folder = mkdtempSync(join(tmpdir(), "portolan-npm-"));
const prefix = join(folder, "prefix");
const installed = join(prefix, "lib/node_modules/portolan");
const command = join(prefix, "bin/portolan");

/** An old Node, of a package that npm brings once into the user's cache. */
function nodeOf(version: string): string {
  const place = join(CACHE, `node-${version}-${process.arch}`);
  const name = `node-linux-${process.arch}`;
  if (!existsSync(place)) {
    const draft = `${place}.${process.pid}`;
    mkdirSync(draft, { recursive: true });
    const args = ["install", "--no-save", "--prefix", draft, `${name}@${version}`];
    execFileSync("npm", args, { cwd: draft, stdio: "ignore" });
    renameSync(draft, place);
  }
  return join(place, "node_modules", name, "bin");
}

function environment(version: string): NodeJS.ProcessEnv {
  return { PATH: `${nodeOf(version)}:/usr/bin:/bin`, HOME: homedir() };
}

function start(
  program: string,
  args: readonly string[],
  version: string,
): ChildProcessWithoutNullStreams {
  return spawn(program, args, { env: environment(version), stdio: ["pipe", "pipe", "pipe"] });
}

function say(program: string, args: readonly string[], version = OLD): string {
  return execFileSync(program, args, {
    env: environment(version),
    encoding: "utf8",
    stdio: "pipe",
  });
}

describe("installed by npm on an older Node", () => {
  beforeAll(() => {
    const env = environment(OLD);
    const tgz = join(madePackages(), `portolan-${manifest.version}.tgz`);
    const args = ["install", "--global", "--prefer-offline", "--prefix", prefix, tgz];
    execFileSync("npm", args, { cwd: folder, env, stdio: "pipe" });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("runs on the Node that came with it, by its name and as a dependency of a project", () => {
    expect(say("node", ["--version"])).toBe(`v${OLD}\n`);
    expect(say(command, ["-version"])).toMatch(/^Portolan-.*\n.*, node24\./);
    const project = join(folder, "project");
    mkdirSync(project);
    writeFileSync(join(project, "package.json"), "{}");
    execFileSync("npm", ["install", "--offline", "--prefix", project, installed], {
      cwd: project,
      stdio: "ignore",
    });
    expect(say(join(project, "node_modules/.bin/portolan"), ["-version"])).toContain(", node24.");
    expect(
      say("npm", ["exec", "--prefix", project, "--offline", "--", "portolan", "-version"]),
    ).toContain(", node24.");
  });

  it("takes no more than 200 MB, and no map", () => {
    const files = globSync("**/*", { cwd: installed }).map((path) =>
      lstatSync(join(installed, path)),
    );
    const bytes = files.reduce((sum, status) => sum + (status.isFile() ? status.size : 0), 0);
    expect(Math.round(bytes / 2 ** 20)).toBeLessThanOrEqual(200);
    expect(globSync("dist/**/*.map", { cwd: installed })).toEqual([]);
    expect(globSync("dist/build-*", { cwd: installed })).toHaveLength(1);
  });

  it.each([OLD, NEWER])(
    "answers, and passes on input, signals and exit codes, on Node %s",
    async (version) => {
      const server = start(command, ["-conf", "-"], version);
      server.stdin.end(".:0 {\n  bind 127.0.0.1\n  log\n  whoami\n}\n");
      const port = await portOf(server);
      const asked = await new Portolan([
        "query",
        "-p",
        String(port),
        "@127.0.0.1",
        "web.example.org",
      ]).finished;
      expect(asked.stdout).toContain("status: NOERROR");
      const ended = new Promise((resolve) =>
        server.on("exit", (code, signal) => resolve([code, signal])),
      );
      server.kill("SIGTERM");
      expect(await ended).toEqual([0, null]);

      const wrong = start(command, ["check", "-"], version);
      wrong.stdin.end("broken {");
      const code = new Promise((resolve) => wrong.on("exit", resolve));
      expect(await text(wrong.stderr)).toContain(`stdin:1: Unclosed "{" of "broken"`);
      expect(await code).toBe(1);
    },
  );

  it("says what is missing where npm left the Node out", () => {
    rmSync(join(installed, "node_modules", `node-linux-${process.arch}`), { recursive: true });
    const run = (): string => say(command, ["-version"]);
    expect(run).toThrow(
      `Cannot run on Node ${OLD}: 24 or newer is needed; the package "node-linux-${process.arch}", which brings one, is not installed`,
    );
  });
});

/** The port of its log's first lines. The log is read to its end: a server whose reader has gone could not write. */
function portOf({ stdout }: ChildProcessWithoutNullStreams): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = "";
    stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      const [, port] = /\.:(\d+) on \S+$/m.exec(said) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
    stdout.on("end", () => reject(new Error(`ended: ${said}`)));
  });
}
