import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseZoneText } from "../src/zone/file/zone-text.ts";
import { until } from "../src/testing/until.ts";
import { readDocument } from "./documents/readme.ts";
import type { Finished } from "./run-portolan.ts";
import { Portolan, ROOT, endAll } from "./run-portolan.ts";

const folder = mkdtempSync(join(tmpdir(), "portolan-admin-run-"));
const [conf, socket, token] = ["Corefile", "p.sock", "token"].map((name) => join(folder, name));
const TOKEN = "t".repeat(32);
const ENV = { env: { PATH: process.env.PATH, NO_COLOR: "1", RUNTIME_DIRECTORY: folder } };

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return new Portolan(args, undefined, [], ROOT, { env: { ...ENV.env, ...env } }).finished;
}

beforeAll(() => {
  cpSync(join(ROOT, "deploy/examples"), join(folder, "cluster"), { recursive: true });
  writeFileSync(token ?? "", `${TOKEN}\n`);
  writeFileSync(
    conf ?? "",
    `.:0 {
    bind 127.0.0.1
    kubernetes cluster.local {
        manifests ${join(folder, "cluster")}
    }
    cache
    template IN A example.org {
        answer "{{ .Name }} 60 IN A 192.0.2.1"
    }
}
`,
  );
});
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

describe("a server with an admin endpoint", () => {
  let server: Portolan;
  let tcp: string;
  let query: readonly string[];
  const path = join(folder, "portolan.sock");

  beforeAll(async () => {
    const admin = ["-admin", "tcp://127.0.0.1:0", "-admin.token", token ?? ""];
    server = new Portolan(["-conf", conf ?? "", ...admin], undefined, [], ROOT, ENV);
    const port = await server.port();
    query = ["query", "www.example.org", "@127.0.0.1", "-p", String(port)];
    [, tcp = ""] = await server.saying(/Admin endpoint at (tcp:\S+): open to those who have/);
    await server.saying(/Read \d+ manifest files/);
    await until(() => existsSync(path));
  });
  afterAll(() => server.stop());

  it("has its socket all the same, where the commands find it", async () => {
    const { stdout, code } = await run(["explain", "web.shop"]);
    expect(code).toBe(0);
    expect(stdout).toContain("10.96.80.10");
  });

  it("dumps what is served, whichever way it is asked", async () => {
    const bySocket = await run(["dump", "cluster.local"]);
    expect([bySocket.code, bySocket.stderr]).toEqual([0, ""]);
    expect(parseZoneText(bySocket.stdout, { file: "dump" }).length).toBeGreaterThan(40);
    const byTcp = await run(["dump", "-admin", tcp, "-token", token ?? ""]);
    const aside = await run(["dump", "cluster.local", "-conf", conf ?? ""]);
    // Zones have the serial numbers of their servers.
    const plain = ({ stdout }: Finished): string => stdout.replace(/ \d{10} /, " 1 ");
    expect(plain(byTcp)).toBe(plain(bySocket));
    expect(plain(aside)).toBe(plain(bySocket));
  });

  it("forgets what it has kept", async () => {
    await run(query);
    const flushed = await run(["cache", "flush", "www.example.org"]);
    expect(flushed).toEqual({
      code: 0,
      stdout: "www.example.org.: 1 of cache, 0 others that were repeated\n",
      stderr: "",
    });
    await run(query);
    const env = { PORTOLAN_ADMIN_TOKEN_FILE: token };
    const byTcp = await run(["cache", "flush", "org", "A", "-below", "-admin", tcp], env);
    expect(byTcp.stdout).toBe("org. and below: 1 of cache, 0 others that were repeated\n");
  });

  it.each([
    [["dump", "-admin", "TCP"], "expected Authorization: Bearer TOKEN"],
    [["dump", "nowhere.test"], 'Cannot dump "nowhere.test.": known are cluster.local.'],
    [["dump", "a", "b"], 'Cannot dump: unexpected "b"'],
    [["dump", "-token", "/nowhere"], 'Cannot read token "/nowhere": ENOENT'],
    [["cache", "flush"], "Cannot flush: expected NAME [TYPE...]"],
    [["cache", "flush", "a..b"], 'expected "name", a domain name'],
    [["cache", "flush", "a", "NONE"], 'Cannot flush type "NONE": there is none'],
    [["cache", "flush", "a", "-admin", "off"], "Cannot flush: no server was found"],
    [["cache", "flush", "a", "-admin", "tcp://x"], 'Cannot parse flag -admin "tcp://x"'],
  ])("%j is refused in words", async (args, message) => {
    const { code, stderr, stdout } = await run(args.map((word) => (word === "TCP" ? tcp : word)));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(message);
  });

  it("each command of docs/troubleshooting.md about it runs", async () => {
    const text = readDocument("docs/troubleshooting.md");
    const commands = [...text.matchAll(/^portolan ((?:dump|cache flush).*?)(?: +#.*)?$/gm)];
    expect(commands.length).toBe(5);
    for (const [, words = ""] of commands) {
      const { code, stderr } = await run(words.split(" "));
      expect({ words, code, stderr }).toEqual({ words, code: 0, stderr: "" });
    }
  });

  it("takes its socket along when it ends", async () => {
    expect((await server.stop()).code).toBe(0);
    expect(existsSync(path)).toBe(false);
  });
});

describe("does not start", () => {
  it.each([
    [["-admin", "tcp://0.0.0.0:0"], "beyond the loopback it needs a token, by -admin.token FILE"],
    [["-admin", "tcp://127.0.0.1"], "expected tcp://HOST:PORT"],
    [["-admin.token", token ?? ""], "it is for -admin tcp://HOST:PORT"],
    [
      ["-admin", "tcp://127.0.0.1:0", "-admin.token", "/nowhere"],
      'Cannot read admin token "/nowhere": ENOENT',
    ],
    [["-admin", folder], "the file is there, and is no socket"],
  ])("with %j", async (args, message) => {
    const { code, stderr } = await run(["-conf", conf ?? "", ...args], { RUNTIME_DIRECTORY: "" });
    expect(code).toBe(1);
    expect(stderr).toContain(message);
  });
});

it("prints nothing of a stranger's that a terminal would obey", async () => {
  const path = join(folder, "stranger.sock");
  const stranger = createServer((_request, response) => response.end("\u001b[2Jx\n"));
  await once(stranger.listen(path), "listening");
  const { stdout } = await run(["dump", "-admin", path]);
  stranger.close();
  expect(stdout).not.toContain("\u001b");
  expect(stdout).toContain("[2Jx\n");
});

it("an endpoint that is away is said to be so", async () => {
  const { stderr } = await run(["dump", "-admin", "tcp://127.0.0.1:1"]);
  expect(stderr).toContain('Cannot ask "tcp://127.0.0.1:1": ECONNREFUSED');
  expect((await run(["dump", "-admin", socket ?? ""])).stderr).toContain("ENOENT");
});
