import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { Rcode } from "../src/dns/iana/rcode.ts";
import { parseMessage } from "../src/dns/message.ts";
import { recordingLog } from "../src/testing/context.ts";
import type { TestServer } from "../src/testing/server.ts";
import { startServer } from "../src/testing/server.ts";
import { loadLibc } from "../src/transport/native/libc.ts";
import { connectUdp, packetOf } from "../src/transport/transport.cases.ts";
import { Portolan, ROOT, endAll } from "./run-portolan.ts";

const servers: TestServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

afterAll(endAll);

async function start(corefile: string): Promise<{ server: TestServer; lines: string[] }> {
  const { log, lines } = recordingLog();
  const server = await startServer({ corefile, log });
  servers.push(server);
  return { server, lines };
}

/** Asks `whoami` over a socket that takes replies only from where it asked. */
async function whoami(port: number, address: string): Promise<string> {
  const socket = await connectUdp(port, address);
  const reply = new Promise<Buffer>((resolve) => {
    socket.once("message", resolve);
  });
  socket.send(packetOf(1));
  const message = parseMessage(await reply);
  const { port: own } = socket.address();
  socket.close();
  const srv = message?.additional.find(({ type }) => type === 33)?.rdata.readUInt16BE(4);
  return `${message?.rcode === Rcode.NOERROR} ${srv === own}`;
}

const isNative = await loadLibc().then(
  () => true,
  () => false,
);

describe("the server over UDP", () => {
  const ways = isNative
    ? ["udp node", "udp native\n workers 0", "udp native\n workers 2"]
    : ["udp node"];

  it.each(ways)("answers by %j", async (way) => {
    const { server } = await start(`.:{{PORT}} {\n transport {\n ${way}\n }\n whoami\n}`);
    for (const address of ["127.0.0.1", "::1"]) {
      expect(await whoami(server.port, address)).toBe("true true");
    }
  });

  it.skipIf(!isNative)("answers from the address that it was asked at, and counts", async () => {
    const { server } = await start(`.:{{PORT}} {\n transport {\n udp native\n }\n whoami\n}`);
    for (const address of ["127.0.0.2", "127.0.0.3"]) {
      expect(await whoami(server.port, address)).toBe("true true");
    }
    const label = `address="[::]:${server.port}"`;
    const text = await server.server.metrics.text();
    expect(text).toContain(`portolan_udp_received_total{${label}} 2\n`);
    expect(text).toContain(`portolan_udp_dropped_total{${label},reason="receive_buffer_full"} 0\n`);
  });

  it.skipIf(!isNative).each(["dist/main.js", "src/main.ts"])(
    "starts its threads from %s, and ends while they are asked",
    async (program) => {
      const path = join(mkdtempSync(join(tmpdir(), "portolan-")), "Corefile");
      writeFileSync(path, ".:0 {\n bind 127.0.0.1\n transport {\n workers 2\n }\n whoami\n}\n");
      const portolan = new Portolan(["-conf", path], join(ROOT, program));
      const port = await portolan.port();
      expect(await whoami(port, "127.0.0.1")).toBe("true true");
      const socket = await connectUdp(port);
      socket.on("error", () => {});
      const asking = setInterval(() => socket.send(packetOf(1)), 1);
      const { code, stdout } = await portolan.stop();
      clearInterval(asking);
      socket.close();
      expect(code).toBe(0);
      expect(stdout).not.toContain("node:dgram");
    },
  );

  it("takes what one of the blocks of an address says", async () => {
    const blocks = (one: string, other: string): string =>
      ["a.test", "b.test"]
        .map((zone, i) => `${zone}:{{PORT}} {\n bind 127.0.0.1\n ${[one, other][i]}\n whoami\n}\n`)
        .join("");
    await start(blocks("", "transport {\n udp node\n }"));
    await start(blocks("multisocket 1", "multisocket 1024"));
    await expect(
      start(blocks("transport {\n workers 1\n }", "transport {\n workers 2\n }")),
    ).rejects.toThrow(
      'Corefile:11: plugin/transport: cannot serve by "2": ' +
        'another server block of the address says "1"',
    );
  });

  it("says that a reload does not change sockets", async () => {
    const { server, lines } = await start(
      ".:{{PORT}} {\n bind 127.0.0.1\n transport {\n udp node\n }\n whoami\n}",
    );
    server.corefile = ".:{{PORT}} {\n bind 127.0.0.1\n whoami\n}";
    await server.server.reload();
    expect(lines.filter((line) => line.startsWith("warn"))).toEqual([
      "warn: UDP on 127.0.0.1 port 0 stays as it is: " +
        "what transport or multisocket says holds from the next start",
    ]);
    expect(await whoami(server.port, "127.0.0.1")).toBe("true true");
  });
});
