import { createSocket } from "node:dgram";
import { once } from "node:events";
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import manifest from "../package.json" with { type: "json" };
import { askUdp, packetOf } from "../src/transport/transport.cases.ts";
import { Portolan, ROOT, endAll } from "./run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-cli-"));
afterEach(endAll);
afterAll(() => rmSync(folder, { recursive: true }));

function corefile(text: string): string {
  const path = join(folder, "Corefile");
  writeFileSync(path, text);
  return path;
}

const WHOAMI = ".:0 {\n bind 127.0.0.1\n whoami\n}\n";

describe("the command line", () => {
  it("prints its version", async () => {
    // In CoreDNS's shape; the commit is that of the build, which may have been made some commits ago.
    const shape = new RegExp(
      `^Portolan-${manifest.version}\n(linux|darwin)/(amd64|arm64), node\\d+\\.\\d+\\.\\d+, \\S+\n$`,
    );
    for (const flag of ["-version", "--version", "-v", "version"]) {
      const { stdout, code } = await new Portolan([flag]).finished;
      expect({ stdout, code }).toEqual({ stdout: expect.stringMatching(shape), code: 0 });
    }
  });

  it("has the commit that it was built from", () => {
    const folder = mkdtempSync(join(tmpdir(), "portolan-build-"));
    const env = { ...process.env, PORTOLAN_COMMIT: "abc1234" };
    for (const path of ["build.ts", "src", "package.json", "tsconfig.json"]) {
      cpSync(join(ROOT, path), join(folder, path), { recursive: true });
    }
    symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"));
    execFileSync(process.execPath, [join(folder, "build.ts")], { cwd: folder, env });
    const main = join(folder, "dist/main.js");
    const said = execFileSync(process.execPath, [main, "-version"], { encoding: "utf8" });
    rmSync(folder, { recursive: true });
    expect(said).toContain(", abc1234\n");
  });

  it("runs from its source without a build", async () => {
    const { stdout } = await new Portolan(["-version"], join(ROOT, "src/main.ts")).finished;
    expect(stdout).toMatch(`Portolan-${manifest.version}\n`);
    expect(stdout).toMatch(/, unknown\n$/);
  });

  it.each([
    [["-h"], "Usage: portolan [FLAGS]"],
    [["-help"], "Usage: portolan [FLAGS]"],
    [["--help"], "Usage: portolan [FLAGS]"],
    [["help"], "Usage: portolan [FLAGS]"],
    [["check", "-h"], "Usage: portolan check [FILE...] [FLAGS]"],
    [["help", "explain"], "Usage: portolan explain NAME [TYPE] [FLAGS]"],
    [["query", "-h"], "Usage: portolan query [@SERVER] NAME [TYPE] [CLASS] [FLAGS] [+OPTIONS]"],
    [["query", "--help"], "Usage: portolan query [@SERVER] NAME [TYPE] [CLASS] [FLAGS] [+OPTIONS]"],
  ])("%j says how it is used", async (args, usage) => {
    const { stdout, stderr, code } = await new Portolan(args).finished;
    expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
    expect(stdout.startsWith(usage)).toBe(true);
  });

  it("lists the plugins in order", async () => {
    const { stdout } = await new Portolan(["-plugins"]).finished;
    const lines = stdout.trim().split("\n");
    expect(lines.indexOf("dns.cache")).toBeLessThan(lines.indexOf("dns.forward"));
    expect(lines).toContain("dns.whoami");
    expect(lines).toContain("dns.nomad (not built yet)");
  });

  it.each([
    [
      "an unknown flag",
      ["-speed", "11"],
      "Cannot use flag -speed: there is none of that name, known",
    ],
    [
      "a mistyped flag",
      ["-cnf", "x"],
      "Cannot use flag -cnf: there is none of that name, did you mean -conf?",
    ],
    ["a flag without its value", ["-conf"], "Cannot use flag -conf: its value is missing"],
    [
      "a flag that eats another",
      ["-conf", "-quiet"],
      "Cannot use flag -conf: its value is missing",
    ],
    ["a switch with a value", ["-quiet=3"], 'Cannot use flag -quiet with "3": it takes no value'],
    [
      "a command that is none",
      ["serve"],
      'Cannot run "serve": not a command, known are dev, check',
    ],
    ["a query's flag", ["query", "a", "-z"], "Cannot use flag -z: there is none of that name"],
    ["a query's third word", ["query", "b.", "A", "b"], 'Cannot query: unexpected "b"'],
    ["a wrong port", ["-dns.port", "70000"], 'Cannot parse flag -dns.port "70000"'],
    ["a Corefile that is not there", ["-conf", "none"], "none"],
    ["an unknown command", ["chekc"], 'Cannot run "chekc": not a command, did you mean "check"?'],
    ["help for a command that is none", ["help", "explian"], 'did you mean "explain"?'],
    ["a word too many", ["version", "2"], 'Cannot run "version": unexpected "2"'],
    ["a query's port", ["query", "a", "-p", "x"], 'Cannot parse flag -p "x"'],
    [
      "a query's type",
      ["query", "-t", "FOO"],
      'Cannot query type "FOO": there is none of that name',
    ],
  ])("says in one line what is wrong with %s", async (_what, args, part) => {
    const { code, stderr } = await new Portolan(args).finished;
    expect(code).toBe(1);
    expect(stderr).toContain(part);
    expect(stderr.trim().split("\n")).toHaveLength(1);
  });

  it.each([
    [".:0 {\n whoami\n", 1, "}"],
    [".:0 {\n whoam\n}", 2, 'did you mean "whoami"?'],
    [".:0 {\n nomad\n}", 2, '"nomad"'],
    [".:0 {\n errors\n errors\n}", 3, "twice"],
    [".:0 {\n errors\n whoami now\n}", 3, '"now"'],
    [".:0 {\n whoami\n}\n.:0 {\n whoami\n}", 4, "twice"],
    ["tls://.:0 {\n whoami\n}", 1, "tls:// is not built yet"],
    ["# nothing yet\n", 1, "no server block"],
    [".:0 {\n bind 192.0.2.1\n whoami\n}", 0, "192.0.2.1"],
  ])("refuses the Corefile %j, naming the place", async (text, line, part) => {
    const path = corefile(text);
    const { code, stderr } = await new Portolan(["-conf", path]).finished;
    expect(stderr).toContain(part);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(1);
    expect(stderr).toMatch(line === 0 ? /^Cannot / : new RegExp(`^${path}:${line}: `));
  });

  it("check reads the Corefile and opens nothing", async () => {
    const path = corefile(WHOAMI);
    expect((await new Portolan(["check", "-conf", path]).finished).stdout).toBe(
      `${path}: ok, 1 server block\n`,
    );
    corefile(".:0 {\n whoam\n}");
    expect((await new Portolan(["check", "-conf", path]).finished).code).toBe(1);
  });

  it("check warns of what has no effect, and is content all the same", async () => {
    const path = corefile(".:0 {\n whoami\n forward . 192.0.2.1\n forward . 192.0.2.2\n}");
    const { code, stderr, stdout } = await new Portolan(["check", "-conf", path]).finished;
    expect([code, stdout]).toEqual([0, `${path}: ok, 1 server block\n`]);
    const lines = stderr.trim().split("\n");
    const warnings = lines.filter((line) => line.startsWith("[WARNING]"));
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toContain(`${path}:2: plugin/whoami: "whoami" is never asked`);
    expect(warnings[1]).toContain(`${path}:4: plugin/forward: "forward . 192.0.2.2" is never`);
  });

  it.each([["-"], ["-conf", "-"], ["-conf", "stdin"]])(
    "check %s reads standard input",
    async (...words) => {
      const good = await new Portolan(["check", ...words]).input(WHOAMI).finished;
      expect(good).toMatchObject({ code: 0, stdout: "stdin: ok, 1 server block\n" });
      const bad = await new Portolan(["check", ...words]).input(". {\n whoam\n}\n").finished;
      expect(bad.stderr).toBe('stdin:2: Unknown directive "whoam"; did you mean "whoami"?\n');
    },
  );

  it("-conf - serves what standard input has", async () => {
    const portolan = new Portolan(["-conf", "-"]).input(WHOAMI);
    expect(await portolan.port()).toBeGreaterThan(0);
    await portolan.stop();
  });

  it("check FILE names all that is wrong, a line each, as serving would", async () => {
    const text = ". {\n whoam\n}\n. {\n kubernetes a.b {\n  manifests gone\n  ttl 5\n }\n}\n";
    const path = corefile(text);
    const { code, stdout, stderr } = await new Portolan(["check", path]).finished;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.trimEnd().split("\n")).toEqual([
      `${path}:2: Unknown directive "whoam"; did you mean "whoami"?`,
      `${path}:4: Cannot serve zone "." twice on all addresses port 53`,
      expect.stringMatching(
        `^${path}:6: plugin/kubernetes: cannot read manifests ".*gone": no such file or folder$`,
      ),
    ]);
    const served = await new Portolan(["-conf", path]).finished;
    expect(served.stderr.trimEnd().split("\n")).toEqual(stderr.trimEnd().split("\n").slice(0, 2));
  });

  it.each(["", "tls://.:0 {\n whoami\n}"])("check refuses %j, as serving would", async (text) => {
    const { code } = await new Portolan(["check", "-conf", corefile(text)]).finished;
    expect(code).toBe(1);
  });

  it("says in one line that this Node is too old", async () => {
    const older = "{...process.versions,node:'20.1.0'}";
    const pretend = `Object.defineProperty(process,"versions",{value:${older}})`;
    const nodeArgs = ["--import", `data:text/javascript,${pretend}`];
    const { code, stderr } = await new Portolan(["-version"], undefined, nodeArgs).finished;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr:
        "Cannot run on Node 20.1.0: 24 or newer is needed; npm start and the command portolan bring their own\n",
    });
  });

  it("ends if it cannot write its pid", async () => {
    const pidfile = join(folder, "no", "pid");
    const args = ["-conf", corefile(WHOAMI), "-pidfile", pidfile];
    const { code, stderr } = await new Portolan(args).finished;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Cannot write pidfile "[^"]*": ENOENT[^\n]*\n$/);
  });

  it("serves, writes its pid, and ends on SIGTERM", async () => {
    const pidfile = join(folder, "pid");
    const portolan = new Portolan(["-conf", corefile(WHOAMI), "-pidfile", pidfile]);
    const reply = await askUdp(await portolan.port(), packetOf(5));
    expect(reply.readUInt16BE(0)).toBe(5);
    expect(Number(readFileSync(pidfile, "utf8"))).toBe(portolan.child.pid);
    expect((await portolan.stop()).code).toBe(0);
    expect(existsSync(pidfile)).toBe(false);
  });

  it("-quiet says nothing at start", async () => {
    const path = corefile(WHOAMI);
    const pidfile = join(folder, "pid");
    const portolan = new Portolan(["-conf", path, "-quiet", "-pidfile", pidfile]);
    await expect.poll(() => existsSync(pidfile)).toBe(true);
    expect(portolan.stdout).toBe("");
    await portolan.stop();
  });

  it("says which port is in use", async () => {
    const socket = createSocket("udp4").bind(0, "127.0.0.1");
    await once(socket, "listening");
    const { port } = socket.address();
    const path = corefile(".:0 {\n bind 127.0.0.1\n whoami\n}".replace(":0", `:${port}`));
    const { code, stderr } = await new Portolan(["-conf", path]).finished;
    socket.close();
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot listen on udp 127.0.0.1:${port}: address already in use`);
  });

  it.each(["SIGTERM", "SIGINT", "SIGQUIT"] as const)("drains on %s", async (signal) => {
    const pidfile = join(folder, "pid");
    const portolan = new Portolan(["-conf", corefile(WHOAMI), "-pidfile", pidfile]);
    await portolan.port();
    const { code, stdout } = await portolan.stop(signal);
    expect(stdout).toContain(`${signal}: Shutting down`);
    expect(code).toBe(0);
    expect(existsSync(pidfile)).toBe(false);
  });

  it("SIGUSR2 is ignored, with a line", async () => {
    const portolan = new Portolan(["-conf", corefile(WHOAMI)]);
    const port = await portolan.port();
    portolan.child.kill("SIGUSR2");
    await portolan.saying(/SIGUSR2: ignored/);
    expect((await askUdp(port, packetOf(3))).readUInt16BE(0)).toBe(3);
    await portolan.stop();
  });

  it.each(["SIGUSR1", "SIGHUP"] as const)(
    "%s reloads; a wrong Corefile changes nothing",
    async (signal) => {
      const path = corefile(WHOAMI);
      const portolan = new Portolan(["-conf", path]);
      const port = await portolan.port();
      corefile(".:0 {\n whoam\n}");
      portolan.child.kill(signal);
      await portolan.saying(/Cannot reload, the old configuration stays: [^"]*Corefile:2: Unknown/);
      expect((await askUdp(port, packetOf(1))).readUInt16BE(2) & 0x0f).toBe(0);
      corefile(".:0 {\n bind 127.0.0.1\n}");
      portolan.child.kill(signal);
      await portolan.saying(/Reloading complete/);
      expect((await askUdp(port, packetOf(2))).readUInt16BE(2) & 0x0f).toBe(5);
      await portolan.stop();
    },
  );

  it("query asks a server, by dns2 as well", async () => {
    const portolan = new Portolan(["-conf", corefile(WHOAMI)]);
    const port = String(await portolan.port());
    for (const options of [[], ["+tcp"], ["+dns2"], ["+dns2", "+tcp"]]) {
      const args = ["query", "example.org", "A", "@127.0.0.1", "-p", port, ...options];
      const { stdout, code } = await new Portolan(args).finished;
      expect(stdout).toContain("example.org.\t\t0\tIN\tA\t127.0.0.1\n");
      expect(code).toBe(0);
    }
    await portolan.stop();
  });
});
