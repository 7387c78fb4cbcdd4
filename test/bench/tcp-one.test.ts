import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { streamDecode, streamEncode } from "dns-packet";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compile } from "./compile.ts";
import { runLoad } from "./dnsperf.ts";
import { findProgram } from "./find-program.ts";
import { portOf } from "./free-port.ts";

const compiler = findProgram("cc") ?? "";

describe.skipIf(compiler === "" || process.platform !== "linux")("tcp-one.c", () => {
  const folder = mkdtempSync(join(tmpdir(), "tcp-one-test-"));
  const queryFile = join(folder, "queries");
  const asked: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.on("data", (chunk) => {
      const { id = 0, questions = [] } = streamDecode(chunk) ?? {};
      const name = questions.map((question) => `${question.name} ${question.type}`).join();
      asked.push(name);
      if (name.startsWith("silent")) socket.end();
      else {
        const flags = name.startsWith("absent") ? 3 : 0;
        socket.write(streamEncode({ type: "response", id, flags, questions }));
      }
    });
    socket.on("error", () => socket.destroy());
  });

  beforeAll(async () => {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  it("asks one question a connection, and counts what comes back", async () => {
    writeFileSync(queryFile, "here.example A\nabsent.example A\nsilent.example A\n");
    const result = await runLoad({
      command: [compile(compiler, "tcp-one", folder)],
      threads: 1,
      port: portOf(server),
      queryFile,
      seconds: 0.1,
      outstanding: 100,
      once: false,
      shape: { transport: "tcp-one", clients: 3 },
      queriesPerSecond: undefined,
    });
    const { sent, completed, lost, rcodes } = result;
    const count = (name: string) => asked.filter((one) => one === `${name}.example A`).length;
    expect(connections).toBe(sent);
    expect(asked.length).toBe(sent);
    expect(completed + lost).toBe(sent);
    expect(rcodes).toEqual({ NOERROR: count("here"), NXDOMAIN: count("absent") });
    expect(lost).toBe(count("silent"));
    expect(lost).toBeGreaterThan(0);
    expect(result.averageLatencyMs).toBeGreaterThan(0);
  });
});
