import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { plugins } from "../src/plugins/index.ts";
import { pluginName } from "../src/server/plugin-order.ts";

const root = join(import.meta.dirname, "..");
const folders = readdirSync(join(root, "src/plugins"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/** The order of CoreDNS 1.15.0's plugin.cfg. */
const upstreamOrder = `root metadata geoip cancel proxyproto quic grpc_server https https3 timeouts
  multisocket reload nsid bufsize bind debug trace ready health pprof shed prometheus errors log
  dnstap local dns64 siit any chaos loadbalance tsig rewrite autopath acl cache header dnssec tls
  minimal template transfer dynupdate hosts route53 azure clouddns k8s_external kubernetes file auto
  secondary etcd loop forward grpc erratic whoami on sign view nomad`.split(/\s+/);

describe("the list of plugins", () => {
  it("has CoreDNS's order", () => {
    const ours = plugins.map(pluginName).filter((name) => upstreamOrder.includes(name));
    expect(ours).toEqual(upstreamOrder);
  });

  it("has each folder, under its own name", () => {
    const built = plugins.flatMap((entry) => (typeof entry === "string" ? [] : [entry.name]));
    expect(built.toSorted()).toEqual(folders.toSorted());
  });
});

describe.each(folders)("plugin %s", (name) => {
  const folder = join(root, "src/plugins", name);

  it("has the files that every plugin has", () => {
    for (const file of ["README.md", "index.ts"]) expect(existsSync(join(folder, file))).toBe(true);
    expect(globSync("*.test.ts", { cwd: folder }).length).toBeGreaterThan(0);
  });

  it("has an index of at most 40 lines", () => {
    expect(codeLines(join(folder, "index.ts"))).toBeLessThanOrEqual(40);
  });

  it("has a README with the sections of a manual page", () => {
    const text = readFileSync(join(folder, "README.md"), "utf8");
    for (const title of ["Name", "Description", "Syntax", "Examples"]) {
      expect(text).toMatch(new RegExp(`^## ${title}$`, "m"));
    }
  });
});

it("whoami stays under 60 lines of code", () => {
  const files = globSync("src/plugins/whoami/!(*.test).ts", { cwd: root });
  const lines = files.map((file) => codeLines(join(root, file)));
  expect(lines.reduce((sum, count) => sum + count, 0)).toBeLessThan(60);
});

const sources = globSync("{src,test}/**/*.ts", { cwd: root });

describe("every source file", () => {
  it("takes no random numbers that can be guessed", () => {
    const banned = ["Math", "random"].join(".");
    const guilty = sources.filter((file) =>
      readFileSync(join(root, file), "utf8").includes(banned),
    );
    expect(guilty).toEqual([]);
  });

  it("keeps its name in kebab case", () => {
    const odd = sources.filter((file) => !/^[a-z0-9_./-]+$/.test(file));
    expect(odd).toEqual([]);
  });

  it("leaves nothing for later in words", () => {
    const marker = new RegExp(["TO", "DO|FIX", "ME|XX", "X"].join(""));
    const guilty = sources.filter((file) => marker.test(readFileSync(join(root, file), "utf8")));
    expect(guilty).toEqual([]);
  });
});

/** What makes a test's verdict depend on how fast the machine is. */
const CLOCKS: Readonly<Record<string, RegExp>> = {
  "gives up after a second: wait with until() or expect.poll": /\bvi\.wait(?:For|Until)\(/,
  "sleeps: wait for the event, or move the clock (hand-clock.ts)":
    /new Promise\(\(?\w*\)? => setTimeout\(|\bsetTimeout[^}]*\} from "node:timers\/promises"/,
  "runs until it goes well": /\bretry: \d/,
  "measures time": /expect\([^;]*(?:performance|Date)\.now\(\)|\bcpuUsage\(/,
};

/** Where that has a reason. */
const CLOCKS_ALLOWED: Readonly<Record<string, string>> = {
  "test/server.test.ts": "one answer is later than another, however late both are",
  "test/stalled-log.test.ts": "looks every now and then whether another process has written a line",
  "test/bench/cpu-time.test.ts": "a child works for as much CPU time as it sees itself",
};

it("no test looks at the clock, or waits for it", () => {
  // Those have a control plane of their own processes, whose time nobody can move.
  const files = sources.filter(
    (file) => /\.(test|cases)\.ts$/.test(file) && !/cluster\//.test(file),
  );
  expect(files.length).toBeGreaterThan(150);
  const guilty = files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    if (file in CLOCKS_ALLOWED || file.endsWith("conventions.test.ts")) return [];
    const found = Object.entries(CLOCKS).filter(([, pattern]) => pattern.test(text));
    return found.map(([what]) => `${file} ${what}`);
  });
  expect(guilty).toEqual([]);
});

function codeLines(file: string): number {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => !/^\s*(\/\/|\*|\/\*|$)/.test(line)).length;
}
