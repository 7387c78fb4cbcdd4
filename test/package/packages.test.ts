import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { canStartContainers } from "../cluster/image-tree.ts";
import { ROOT, endAll } from "../run-portolan.ts";
import { makeBareRoot } from "./bare-root.ts";
import { InRoot } from "./in-root.ts";
import { madePackages, makePackages } from "./made-packages.ts";

const { version } = manifest;
const TARBALL = `portolan-${version}-linux-x64.tar.gz`;
const DEB = `portolan_${version}-1_amd64.deb`;
const RPM = `portolan-${version}-1.x86_64.rpm`;
const COREFILE = ".:0 {\n  bind 127.0.0.1\n  whoami\n}\n";

const folder = mkdtempSync(join(tmpdir(), "portolan-packages-test-"));
let output: string;
const root = join(folder, "root");

function put(path: string, text: string): void {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** Runs what docs/install.md says below a heading in the bare root, but for what needs systemd, which is not there. */
function followPage(heading: string, place: string): string {
  const page = readFileSync(join(ROOT, "docs/install.md"), "utf8");
  const section = page.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const blocks = [...section.matchAll(/^```sh\n(.*?)^```$/gms)].map(
    ([, commands = ""]) => commands,
  );
  expect(blocks.length).toBeGreaterThan(0);
  const commands = blocks.join("").replaceAll(/^systemctl .*\n/gm, "");
  return InRoot.run(root, ["sh", "-ec", `cd "${place}"\n${commands}`]);
}

/** Asks the server that was started in the bare root, by the program in there. */
function expectAnswer(started: InRoot, program: string): Promise<void> {
  return started.port().then((port) => {
    const said = InRoot.run(root, [
      program,
      "query",
      "-p",
      String(port),
      "@127.0.0.1",
      "web.example.org",
    ]);
    expect(said).toContain("status: NOERROR");
    expect(said).toContain("web.example.org.");
  });
}

describe.runIf(canStartContainers())("the packages", () => {
  beforeAll(() => {
    chmodSync(folder, 0o755);
    output = madePackages();
    makeBareRoot(root);
  });
  afterEach(() => {
    InRoot.endAll();
    endAll();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are the same octets when they are made again", () => {
    const again = join(folder, "again");
    makePackages(again, "--format", "tarball", "--format", "deb");
    for (const name of [TARBALL, DEB]) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(output, name)))).toBe(true);
      rmSync(join(again, name));
    }
  });

  it("have the sums that lie beside them", () => {
    const sums = readFileSync(join(output, "SHA256SUMS"), "utf8");
    expect(sums.match(/ {2}.*/g)).toEqual(
      [TARBALL, `portolan-${version}.tgz`, RPM, DEB].toSorted().map((name) => `  ${name}`),
    );
    for (const algorithm of ["sha256", "sha512"]) {
      const program = `${algorithm}sum`;
      execFileSync(program, ["--check", "--strict", `${algorithm.toUpperCase()}SUMS`], {
        cwd: output,
      });
    }
    expect(readdirSync(output)).toHaveLength(6);
  });

  it("have no tests of the packages that they bring", () => {
    const list = execFileSync("tar", ["-tf", join(output, TARBALL)], { encoding: "utf8" });
    expect(list).toMatch(/node_modules\/pino\/pino\.js$/m);
    expect(list).not.toMatch(/node_modules\/.*\/(test|benchmarks|docs)\/|musl/);
  });

  it("as a tarball run from any folder where there is no Node, by a link as well", async () => {
    expect(existsSync(join(root, "usr/bin/node"))).toBe(false);
    mkdirSync(join(root, "opt/some where"), { recursive: true });
    cpSync(join(output, TARBALL), join(root, "opt/some where", TARBALL));
    expect(followPage("A tarball", "/opt/some where")).toContain(`Portolan-${version}\n`);
    put("etc/any/Corefile", COREFILE);
    const program = `/opt/some where/${TARBALL.replace(".tar.gz", "")}/bin/portolan`;
    InRoot.run(root, ["ln", "-s", program, "/usr/bin/linked"]);
    expect(InRoot.run(root, ["/usr/bin/linked", "-version"])).toContain(`Portolan-${version}\n`);
    const started = new InRoot(root, [program, "-conf", "/etc/any/Corefile"]);
    await expectAnswer(started, program);
    expect(await started.stop()).toBe(0);

    // Where the unit of the tarball expects it.
    const unit = readFileSync(join(root, "etc/systemd/system/portolan.service"), "utf8");
    const [, serve = ""] = /^ExecStart=(.*)$/m.exec(unit) ?? [];
    const served = new InRoot(root, [serve, "check"]);
    expect(await served.ended()).toBe(0);
    for (const path of ["usr/local", "etc/portolan", "etc/systemd/system"])
      rmSync(join(root, path), { recursive: true });
  });

  it("as a deb are installed by dpkg, serve, and go without a trace", async () => {
    cpSync(join(output, DEB), join(root, "tmp", DEB));
    expect(followPage("deb and rpm", "/tmp")).toContain(
      "/etc/portolan/Corefile: ok, 1 server block",
    );
    expect(InRoot.run(root, ["dpkg", "--verify", "portolan"])).toBe("");
    expect(
      InRoot.run(root, ["dpkg-query", "--show", "--showformat=${Conffiles}", "portolan"]),
    ).toContain(" /etc/portolan/Corefile ");
    // The user's own stays, whatever is installed over it.
    put("etc/portolan/Corefile", COREFILE);
    InRoot.run(root, ["dpkg", "--install", `/tmp/${DEB}`]);
    expect(readFileSync(join(root, "etc/portolan/Corefile"), "utf8")).toBe(COREFILE);
    const started = new InRoot(root, ["/usr/lib/portolan/serve"]);
    await expectAnswer(started, "/usr/bin/portolan");
    expect(await started.stop()).toBe(0);

    // Without ours the unit takes CoreDNS's.
    rmSync(join(root, "etc/portolan/Corefile"));
    put("etc/coredns/Corefile", "broken {");
    const checked = new InRoot(root, ["/usr/lib/portolan/serve", "check"]);
    expect(await checked.ended()).toBe(1);
    expect(checked.output).toContain("/etc/coredns/Corefile:1");
    expectGoodUnit();

    InRoot.run(root, ["dpkg", "--purge", "portolan"]);
    for (const path of ["usr/lib/portolan", "usr/bin/portolan", "etc/portolan/Corefile"]) {
      expect(existsSync(join(root, path))).toBe(false);
    }
  });

  it("as an rpm have the same files, and say which of them is the user's", () => {
    const rpm = (...args: readonly string[]): string[] =>
      execFileSync("rpm", ["--query", "--package", join(output, RPM), ...args], {
        encoding: "utf8",
      })
        .trimEnd()
        .split("\n");
    const deb = execFileSync("dpkg-deb", ["--contents", join(output, DEB)], { encoding: "utf8" });
    const inDeb = [...deb.matchAll(/^-.* \.(\/\S.*)$/gm)].map(([, path = ""]) =>
      path.replace("vendor-completions", "site-functions"),
    );
    const listed = rpm("--queryformat", "[%{FILEMODES:perms}\t%{FILENAMES}\n]");
    const inRpm = listed.filter((line) => line.startsWith("-")).map((line) => line.split("\t")[1]);
    expect(new Set(inRpm)).toEqual(new Set(inDeb));
    expect(rpm("--configfiles")).toEqual(["/etc/portolan/Corefile"]);
    expect(rpm("--requires")).toEqual(
      expect.arrayContaining(["glibc >= 2.28", "libgcc", "libstdc++"]),
    );
    const scripts = rpm("--scripts").join("\n");
    for (const word of [
      "postinstall scriptlet",
      "preuninstall scriptlet",
      "try-restart portolan.service",
    ]) {
      expect(scripts).toContain(word);
    }
    const unpacked = join(folder, "rpm");
    const install = ["--install", "--nodeps", "--noscripts", "--root", unpacked];
    execFileSync("rpm", [...install, join(output, RPM)], { stdio: "pipe" });
    const said = execFileSync(join(unpacked, "usr/bin/portolan"), ["-version"], {
      encoding: "utf8",
    });
    expect(said).toContain(`Portolan-${version}\n`);
  });

  /** While the deb is installed. */
  function expectGoodUnit(): void {
    // What it starts is only in the bare root, where systemd is not.
    const unit = readFileSync(join(root, "usr/lib/systemd/system/portolan.service"), "utf8");
    expect(unit).toMatch(/^Alias=coredns\.service$/m);
    const here = join(folder, "portolan.service");
    writeFileSync(here, unit.replaceAll("=/usr/", `=${root}/usr/`));
    const args = ["verify", "--man=no", here];
    const said = execFileSync("systemd-analyze", args, { encoding: "utf8", stdio: "pipe" });
    expect(said).toBe("");
  }
});
