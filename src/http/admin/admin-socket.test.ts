import { mkdtempSync, existsSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer, connect } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { onFault } from "../../observe/faults.ts";
import { BadRequest } from "./read-json.ts";
import type { AdminResources } from "./admin-server.ts";
import type { AdminSocket } from "./admin-socket.ts";
import { openAdminSocket } from "./admin-socket.ts";

let folder: string;
let path: string;
const open: AdminSocket[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "portolan-admin-"));
  path = join(folder, "p.sock");
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true });
});

async function serve(resources: AdminResources): Promise<void> {
  open.push(await openAdminSocket(path, { resources, instance: INSTANCE }));
}

interface Replied {
  readonly status: number | undefined;
  readonly text: string;
}

function ask(method: string, url: string, body = "", type = "application/json"): Promise<Replied> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": type };
    const to = { socketPath: path, method, path: url, headers, agent: false } as const;
    const sent = request(to, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () => resolve({ status: response.statusCode, text: text.trim() }));
      response.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const INSTANCE = { id: "a1", pod: null, startedAtMs: 1 };
const TOLD = '"instance":{"id":"a1","pod":null,"startedAtMs":1}}';
const ECHO: AdminResources = {
  "GET /here": { answer: () => ({ here: true }) },
  "POST /echo": { answer: (body) => ({ body }) },
  "POST /refuse": {
    answer() {
      throw new BadRequest("not so");
    },
  },
  "POST /break": {
    answer() {
      throw new Error("a path of ours");
    },
  },
};
const SERVICE = { resources: ECHO, instance: INSTANCE };

describe("the admin socket", () => {
  it("is open to its user alone, and gone when it is closed", async () => {
    await serve(ECHO);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await ask("GET", "/here")).toEqual({ status: 200, text: `{"here":true,${TOLD}` });
    await open.splice(0)[0]?.close();
    expect(existsSync(path)).toBe(false);
  });

  it.each([
    ["POST", "/echo", '{"a":1}', 200, `{"body":{"a":1},${TOLD}`],
    ["GET", "/echo", "", 404, "no such resource"],
    ["GET", "/../here", "", 404, "no such resource"],
    ["GET", "/toString", "", 404, "no such resource"],
    ["POST", "/echo", "{", 400, "the body is no JSON"],
    ["POST", "/echo", JSON.stringify("a".repeat(5_000)), 413, "body of more than 4096 octets"],
    ["POST", "/refuse", "{}", 400, "not so"],
    ["POST", "/break", "{}", 500, "internal error"],
  ])("%s %s %.20s is %i", async (method, url, body, status, text) => {
    const end = onFault(() => undefined);
    await serve(ECHO);
    const replied = await ask(method, url, body);
    end();
    expect(replied.status).toBe(status);
    expect(replied.text).toContain(text);
    expect(replied.text).not.toContain("a path of ours");
  });

  it("reads no more of ten megabytes than it may", async () => {
    await serve(ECHO);
    const socket = connect(path);
    // It is hung up on while it still sends.
    socket.on("error", () => undefined);
    socket.write(
      "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 10000000\r\n\r\n",
    );
    socket.write(" ".repeat(10_000));
    const [reply] = (await once(socket, "data")) as [Buffer];
    expect(reply.toString()).toMatch(/^HTTP\/1\.1 413 /);
    socket.destroy();
  });

  it("has no fault to tell of where a client hangs up in its body", async () => {
    const faults: string[] = [];
    const end = onFault((what) => faults.push(what));
    await serve(ECHO);
    const socket = connect(path);
    await once(socket, "connect");
    const head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    socket.write(`${head}Content-Length: 100\r\n\r\n{`, () => socket.destroy());
    await once(socket, "close");
    expect((await ask("GET", "/here")).status).toBe(200);
    await open.splice(0)[0]?.close();
    end();
    expect(faults).toEqual([]);
  });

  it("takes JSON only", async () => {
    await serve(ECHO);
    expect((await ask("POST", "/echo", "{}", "text/plain")).status).toBe(415);
  });

  it("has four requests with a body at work at once", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    const { promise: four, resolve: tellFour } = Promise.withResolvers<void>();
    await serve({
      "POST /wait": {
        async answer() {
          if (++begun === 4) tellFour();
          await promise;
          return {};
        },
      },
    });
    const waiting = Array.from({ length: 4 }, () => ask("POST", "/wait", "{}"));
    await four;
    expect((await ask("POST", "/wait", "{}")).status).toBe(503);
    resolve();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await ask("POST", "/wait", "{}")).status).toBe(200);
  });

  it("keeps its place against another server, and takes that of one that was killed", async () => {
    await serve(ECHO);
    await expect(openAdminSocket(path, SERVICE)).rejects.toThrow("another server has it");
    expect((await ask("GET", "/here")).status).toBe(200);
    await open.splice(0)[0]?.close();
    // Node takes the file away where it closes; a server that is killed does not.
    const killed = createServer();
    await once(killed.listen(join(folder, "other")), "listening");
    const { renameSync } = await import("node:fs");
    renameSync(join(folder, "other"), path);
    killed.close();
    await serve(ECHO);
    expect((await ask("GET", "/here")).status).toBe(200);
  });

  it("does not touch a file that is no socket, nor take a path that is none", async () => {
    writeFileSync(path, "kept");
    await expect(openAdminSocket(path, SERVICE)).rejects.toThrow("is no socket");
    await expect(openAdminSocket(folder, SERVICE)).rejects.toThrow("is no socket");
    await expect(openAdminSocket(join(folder, "no/p.sock"), SERVICE)).rejects.toThrow(
      /Cannot open/,
    );
    await expect(openAdminSocket(`/${"a".repeat(200)}`, SERVICE)).rejects.toThrow(
      "longer than 103",
    );
  });
});
