import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import manifest from "../../package.json" with { type: "json" };
import { isMissing } from "../installed.ts";
import { Portolan, ROOT, endAll } from "../run-portolan.ts";
import { HOLDINGS, RUNNER, documentedCommands, holdingOf } from "./commands.ts";

const commands = documentedCommands();

describe("each command of README.md and docs", () => {
  it("is run by a test, or has a reason why not", () => {
    expect(commands.length).toBeGreaterThan(60);
    expect(commands.filter((command) => !holdingOf(command))).toEqual([]);
  });

  it("names tests that are there", () => {
    for (const { of, by, because } of HOLDINGS) {
      expect([of, (by === undefined) !== (because === undefined)]).toEqual([of, true]);
      if (by === undefined || by === RUNNER) continue;
      expect([by, existsSync(join(ROOT, by))]).toEqual([by, true]);
    }
  });

  it("is there for each row of the table", () => {
    const used = new Set(commands.map(holdingOf));
    expect(HOLDINGS.filter((one) => !used.has(one))).toEqual([]);
  });

  it("is a script of package.json where npm runs it", () => {
    const known = Object.keys(manifest.scripts);
    const named = commands.flatMap(
      ({ line }) => /^npm run (?:-s |--silent )?(\S+)/.exec(line)?.[1] ?? [],
    );
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });
});

const folder = mkdtempSync(join(tmpdir(), "portolan-commands-"));
const env = {
  HOME: folder,
  XDG_RUNTIME_DIR: folder,
  NO_COLOR: "1",
  PATH: `${join(folder, "bin")}:${process.env.PATH}`,
};
const COREFILE = `.:0 {
    bind 127.0.0.1
    errors
    kubernetes cluster.local 10.in-addr.arpa {
        manifests ${join(ROOT, "deploy/examples")}
    }
    chaos
    cache 30
    loop
}
`;
let server: Portolan;
let port = 0;

/** The user's machine: `portolan` and `npm start` without its build, a server, and files of the names that documents have. */
beforeAll(async () => {
  mkdirSync(join(folder, "bin"));
  const start = `exec "${process.execPath}" "${join(ROOT, "dist/main.js")}"`;
  put("bin/portolan", `#!/bin/sh\n${start} "$@"\n`);
  put("bin/npm", `#!/bin/sh\n[ "$1 $2" = "start --" ] || exit 99\nshift 2\n${start} "$@"\n`);
  put("Corefile", COREFILE);
  const values = join(ROOT, "test/testdata/coredns-chart/cluster.values.yaml");
  put("coredns-values.yaml", readFileSync(values, "utf8"));
  const stub = `data:\n  stubDomains: '{"acme.test": ["192.0.2.1"]}'\n`;
  const chartConfig = join(ROOT, "deploy/kubernetes/overlays/rke2/helm-chart-config.yaml");
  put("helm-chart-config.yaml", readFileSync(chartConfig, "utf8"));
  put("kube-dns.yaml", `kind: ConfigMap\nmetadata: { name: kube-dns }\n${stub}`);
  put(
    "dns.yaml",
    `kind: ConfigMap\nmetadata: { name: coredns }\ndata:\n  Corefile: |\n    . {\n      errors\n      cache 30\n      loop\n      whoami\n    }\n`,
  );
  server = new Portolan([], undefined, [], folder, { env });
  port = await server.port();
});
afterAll(async () => {
  await server.stop();
  endAll();
  rmSync(folder, { recursive: true });
});

function put(name: string, text: string): void {
  writeFileSync(join(folder, name), text, { mode: 0o755 });
}

/** As the document has it, but that it asks the server of this test. */
function here(line: string): string {
  if (!/^(dig|nslookup|portolan query|npm start -- query)/.test(line)) return line;
  const asking = line.replace(/ -p 1053| -port=1053/, "").replace(/ 127\.0\.0\.1$| @\S+/, "");
  if (asking.startsWith("nslookup"))
    return `${asking.replace("nslookup", `nslookup -port=${port}`)} 127.0.0.1`;
  return `${asking} @127.0.0.1 -p ${port}`;
}

function run(line: string): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile("bash", ["-c", line], { cwd: folder, env }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

/** What a command may end with: "no such name" is an answer, too. */
const ENDS: readonly [RegExp, number][] = [[/explain web\.shpo$/, 2]];

const lines = commands.filter((one) => holdingOf(one)?.by === RUNNER);

it.each(lines)("$of: $line", async ({ line }) => {
  const [tool = ""] = line.split(" ");
  if (/dig|nslookup/.test(tool) && isMissing(tool, "REQUIRE_DNS_TOOLS")) return;
  put("Corefile", COREFILE);
  const { code, stdout, stderr } = await run(here(line));
  const expected = ENDS.find(([like]) => like.test(line))?.[1] ?? 0;
  expect({ line, code, stderr, stdout }).toMatchObject({ code: expected });
  expect(`${basename(tool)}: ${stderr}`).not.toMatch(/Cannot|[Uu]nknown|unexpected/);
});
