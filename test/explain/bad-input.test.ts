import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import type { Server, Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { Finished } from "../run-portolan.ts";
import { Portolan, ROOT, endAll } from "../run-portolan.ts";

const CONTROL = /[^\n -~]/;
const STRANGER = "what answers there is no Portolan of this version";

let folder: string;
let socket: string;
const open: Server[] = [];
const connections = new Set<Socket>();
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), "portolan-bad-"))));
afterEach(async () => {
  for (const connection of connections) connection.destroy();
  connections.clear();
  for (const server of open.splice(0)) {
    server.close();
    await once(server, "close");
  }
});
afterAll(() => {
  endAll();
  rmSync(folder, { recursive: true });
});

async function listen(server: Server): Promise<void> {
  socket = join(folder, "portolan.sock");
  open.push(server);
  server.on("connection", (connection: Socket) => {
    connections.add(connection.on("error", () => undefined));
  });
  await once(server.listen(socket), "listening");
}

function run(...args: readonly string[]): Promise<Finished> {
  const env = { PATH: process.env.PATH, RUNTIME_DIRECTORY: folder };
  return new Portolan(["explain", ...args], undefined, [], ROOT, { env }).finished;
}

/** A server that says this to every question. */
function saying(status: number, body: string): Server {
  return createHttpServer((_request, response) => {
    response.writeHead(status, { "content-type": "application/json", connection: "close" });
    response.end(body);
  });
}

const EVIL = "\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e";
const EXPLANATION = {
  version: 1,
  asked: {
    name: EVIL,
    types: ["A"],
    namespace: EVIL,
    address: EVIL,
    search: [EVIL],
    ndots: 5,
    assumed: [EVIL],
  },
  lookups: [],
  targets: [],
  queries: 1,
  verdict: {
    code: EVIL,
    level: "failing",
    sentence: EVIL,
    evidence: [EVIL],
    next: [{ why: EVIL, command: EVIL }],
    unseen: [],
  },
};

describe("what answers at the socket is no server that is known, so nothing is explained", () => {
  it.each([
    ["an explanation of a later version", 200, JSON.stringify({ version: 2 })],
    ["one that has no such resource", 404, JSON.stringify({ error: "no such resource" })],
    ["no JSON", 200, "<html>"],
    ["JSON that is no object", 200, "7"],
    ["something else altogether", 200, JSON.stringify({ version: 1, verdict: "x" })],
    ["an error that is none", 500, "{}"],
  ])("%s", async (_what, status, body) => {
    await listen(saying(status, body));
    const { code, stdout, stderr } = await run("web.shop");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^Cannot .* of this version\n$/);
  });

  it.each([
    ["hangs up", ""],
    ["speaks another protocol", "SSH-2.0-OpenSSH_9.9\r\n"],
  ])("somebody who %s", async (_what, text) => {
    await listen(createServer((connection) => connection.end(text)));
    const { code, stdout, stderr } = await run("web.shop");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Cannot ask "${socket}": ${STRANGER}`);
  });

  it("somebody who says nothing at all", async () => {
    await listen(createServer());
    const { code, stderr } = await run("web.shop");
    expect(code).toBe(1);
    expect(stderr).toContain(STRANGER);
  }, 20_000);
});

it("somebody else's explanation, or error, moves no cursor", async () => {
  await listen(saying(200, JSON.stringify(EXPLANATION)));
  for (const args of [["web.shop"], ["web.shop", "-o", "json"]]) {
    const { stdout, stderr } = await run(...args);
    expect(stdout).toContain("owned");
    expect(stdout + stderr).not.toMatch(CONTROL);
  }
  open.splice(0)[0]?.close();
  await listen(saying(400, JSON.stringify({ error: EVIL })));
  const { stderr, code } = await run("web.shop");
  expect(code).toBe(1);
  expect(stderr).toContain("owned");
  expect(stderr).not.toMatch(CONTROL);
});

/** The command as a user who is nobody, if this test may become one. */
async function runAsNobody(...args: readonly string[]): Promise<Finished> {
  const program = join(ROOT, "dist/main.js");
  const child = spawn(process.execPath, [program, "explain", ...args], {
    uid: 65_534,
    gid: 65_534,
    cwd: "/",
    env: { PATH: process.env.PATH, RUNTIME_DIRECTORY: folder },
  });
  const [stdout, stderr] = [child.stdout, child.stderr].map((stream) => stream.toArray());
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stdout: ((await stdout) ?? []).join(""), stderr: ((await stderr) ?? []).join("") };
}

it.skipIf(process.getuid?.() !== 0)(
  "a socket that is not for this user is not passed over",
  async () => {
    await listen(saying(200, JSON.stringify(EXPLANATION)));
    chmodSync(folder, 0o755);
    chmodSync(socket, 0o600);
    const { code, stdout, stderr } = await runAsNobody("web.shop");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(
      `Cannot ask "${socket}": EACCES: its socket is open to the server's own`,
    );
  },
);

describe("without a server", () => {
  it("of a kubeconfig without a context the log says so", async () => {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(
      kubeconfig,
      "apiVersion: v1\nkind: Config\nclusters: []\ncontexts: []\nusers: []\n",
    );
    const conf = join(folder, "Corefile");
    writeFileSync(
      conf,
      `cluster.local:0 {\n  kubernetes {\n    kubeconfig ${kubeconfig}\n    startup_timeout 3s\n  }\n}\n`,
    );
    const { code, stdout, stderr } = await run("web.shop", "-conf", conf);
    expect(code).toBe(2);
    expect(stdout).toContain("failing [not-synced]");
    expect(stderr).toContain(`Cannot use kubeconfig "${kubeconfig}": it has no current context`);
  });

  it.each([
    [["a..b"], 'Cannot explain "a..b": empty label'],
    [[""], 'Cannot explain "": empty name'],
    [["a".repeat(64)], "Cannot explain"],
    [["a.".repeat(200)], "Cannot explain"],
    [["web", "BOGUS"], 'Cannot explain type "BOGUS": there is none'],
    [["web", "TYPE99999"], "there is none"],
    [["web", "--from", "A_B.shop."], 'Cannot explain for "A_B.shop."'],
    [["web\u001b[2J\u009b.shop..", "A"], "Cannot explain"],
    [["web", "\u001b[2J\u009b"], "there is none"],
    [["web", "--from", "\u001b[2J."], "Cannot explain for"],
    [["web", "-o", "\u001b[2J\u009b"], "Cannot explain as"],
    [["web", "-admin", "/nowhere/\u001b[2J\u009b"], "ENOENT"],
  ])("%j", async (args, error) => {
    const { code, stdout, stderr } = await run(
      ...args,
      ...(args.includes("-admin") ? [] : ["-conf", join(ROOT, "Corefile.example")]),
    );
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(error);
    expect(stderr).not.toMatch(CONTROL);
  });
});
