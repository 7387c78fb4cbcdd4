import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { TableReader } from "../../src/server/table/table-reader.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { TcpProbe } from "../../src/transport/transport.cases.ts";
import { TestClient } from "../recorded/client.ts";
import { encodeQuestion, parseQuestion } from "../recorded/question.ts";

let server: TestServer | undefined;
let client: TestClient | undefined;
let probe: TcpProbe | undefined;
let transport: "UDP" | "TCP" = "UDP";

afterEach(async () => {
  client?.close();
  probe?.socket.destroy();
  await server?.stop();
  vi.restoreAllMocks();
});

async function ask(): Promise<Buffer | undefined> {
  if (transport === "UDP") return (await client?.ask(parseQuestion("a.test A")))?.packet;
  if (!probe) return undefined;
  probe.received = Buffer.alloc(0);
  probe.send(encodeQuestion(parseQuestion("a.test A"), 1));
  await probe.untilIds(1);
  return probe.received.subarray(2);
}

async function address(): Promise<string> {
  const packet = await ask();
  const [record] = (packet && parseMessage(packet)?.answer) ?? [];
  return record ? (formatRecord(record).split(" ").at(-1) ?? "") : "none";
}

async function start(corefile: string): Promise<TestServer> {
  server = await startServer({ corefile });
  client = await TestClient.connect(server.port);
  probe = new TcpProbe(server.port);
  return server;
}

describe.each(["UDP", "TCP"] as const)("what is repeated over %s", (name) => {
  beforeEach(() => {
    transport = name;
  });

  it("is repeated as well where the first configuration repeated nothing", async () => {
    const corefile = (more: string): string =>
      `.:{{PORT}} {\n bind 127.0.0.1\n ${more}\n hosts /does/not/exist {\n 192.0.2.1 a.test\n }\n }`;
    const running = await start(corefile("log"));
    const answers = vi.spyOn(TableReader.prototype, "answer");
    const hits = (): number => answers.mock.results.filter(({ value }) => value > 0).length;
    for (let i = 0; i < 4; i++) expect(await address()).toBe("192.0.2.1");
    expect(hits()).toBe(0);
    running.corefile = corefile("");
    await running.server.reload();
    for (let i = 0; i < 4; i++) expect(await address()).toBe("192.0.2.1");
    expect(hits()).toBe(2);
  });

  it("is another thing from the moment that a reload is done", async () => {
    const corefile = (octet: number): string =>
      `.:{{PORT}} {\n bind 127.0.0.1\n hosts /does/not/exist {\n 192.0.2.${octet} a.test\n }\n }`;
    const running = await start(corefile(1));
    for (let octet = 1; octet < 6; octet++) {
      for (let i = 0; i < 3; i++) expect(await address()).toBe(`192.0.2.${octet}`);
      expect(running.server.table.size).toBe(1);
      running.corefile = corefile(octet + 1);
      await running.server.reload();
      await running.server.table.count();
      expect(running.server.table.size).toBe(0);
    }
    expect(await address()).toBe("192.0.2.6");
  });

  it("is what a hosts file says now", async () => {
    const folder = await mkdtemp(join(tmpdir(), "portolan-hosts-"));
    const file = join(folder, "hosts");
    await writeFile(file, "192.0.2.1 a.test\n");
    const running = await start(
      `.:{{PORT}} {\n bind 127.0.0.1\n hosts ${file} {\n reload 10ms\n }\n }`,
    );
    for (let i = 0; i < 3; i++) expect(await address()).toBe("192.0.2.1");
    expect(running.server.table.size).toBe(1);
    await writeFile(file, "192.0.2.22 a.test\n");
    await expect.poll(address).toBe("192.0.2.22");
    for (let i = 0; i < 3; i++) expect(await address()).toBe("192.0.2.22");
    await rm(folder, { recursive: true });
  });
});
