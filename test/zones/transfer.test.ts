import { execFile } from "node:child_process";
import { mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseMessage } from "../../src/dns/message.ts";
import { formatRecord } from "../../src/dns/presentation.ts";
import { recordingLog } from "../../src/testing/context.ts";
import type { TestServer } from "../../src/testing/server.ts";
import { startServer } from "../../src/testing/server.ts";
import { until } from "../../src/testing/until.ts";
import { freePort } from "../bench/free-port.ts";
import type { ChildProgram } from "../cluster/child-program.ts";
import { isMissing } from "../installed.ts";
import { askMany } from "./ask-many.ts";
import { otherSecondaries, startSecondary } from "./other-secondaries.ts";

const INSIST = "REQUIRE_DNS_SERVERS";
const MANIFESTS = join(import.meta.dirname, "../conformance/cluster.yaml");
const ORIGINS = ["example.org.", "large.test.", "cluster.local."];
/** Some 40 messages. */
const LARGE = 20_000;

function zoneText(serial: number): string {
  const text = `$TTL 300\n@ SOA ns host ${serial} 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n`;
  // So much that telling the difference is shorter.
  const others = Array.from({ length: 40 }, (_none, i) => `h${i} A 192.0.2.${i}\n`).join("");
  return `${text}version TXT "${serial}"\n*.wild TXT "wild"\nsub NS ns.sub\nns.sub A 192.0.2.54\n${others}`;
}

function largeText(): string {
  const lines = Array.from({ length: LARGE }, (_none, i) => `h${i} A 10.0.${i >> 8}.${i & 255}\n`);
  return `$TTL 300\n@ SOA ns host 1 3600 600 86400 60\n@ NS ns\nns A 192.0.2.53\n${lines.join("")}`;
}

/** Answers of a server on the loopback: records of a type, in presentation form. */
async function ask(port: number, question: string): Promise<readonly string[]> {
  const [packet] = await askMany(port, [question]);
  return (packet && parseMessage(packet)?.answer.map(formatRecord)) ?? [];
}

describe.runIf(otherSecondaries.every(({ tool }) => !isMissing(tool, INSIST)))(
  "zones are transferred to",
  () => {
    let folder = "";
    let server: TestServer;
    const { log, lines } = recordingLog();
    const programs: ChildProgram[] = [];
    const ports = new Map<string, number>();

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "transfer-"));
      await writeFile(join(folder, "db.org"), zoneText(1));
      await writeFile(join(folder, "db.large"), largeText());
      for (const { name } of otherSecondaries) ports.set(name, await freePort());
      const to = [...ports.values()].map((port) => `127.0.0.1:${port}`).join(" ");
      const allowed = `transfer {\nto ${to}\n}\n`;
      server = await startServer({
        log,
        corefile: `example.org:{{PORT}} large.test:{{PORT}} {
          bind 127.0.0.1
          file ${join(folder, "db.org")} example.org {
            reload 20ms
          }
          file ${join(folder, "db.large")} large.test
          ${allowed}
        }
        cluster.local:{{PORT}} {
          bind 127.0.0.1
          kubernetes cluster.local {
            manifests ${MANIFESTS}
          }
          ${allowed}
        }`,
      });
      for (const one of otherSecondaries) {
        const port = ports.get(one.name) ?? 0;
        const at = { port, primaryPort: server.port, origins: ORIGINS };
        programs.push(await startSecondary(one, folder, at));
      }
    });

    afterAll(async () => {
      await Promise.all(programs.map((program) => program.stop()));
      await server?.stop();
      await rm(folder, { recursive: true });
    });

    it.each(otherSecondaries.map(({ name }) => name))(
      "%s, of many messages and of a cluster",
      async (name) => {
        const port = ports.get(name) ?? 0;
        for (const origin of ORIGINS)
          await until(async () => (await ask(port, `${origin} SOA`)).length > 0);
        for (const question of [
          "version.example.org. TXT",
          "any.wild.example.org. TXT",
          `h${LARGE - 1}.large.test. A`,
          "web.shop.svc.cluster.local. A",
          "web.shop.svc.cluster.local. SRV",
          "cluster.local. SOA",
        ]) {
          const own = await ask(server.port, question);
          expect(own).not.toEqual([]);
          expect([question, ...(await ask(port, question))].toSorted()).toEqual(
            [question, ...own].toSorted(),
          );
        }
      },
    );

    it("NSD, Knot and BIND at once when they are told of a change, which is all that is sent", async () => {
      lines.length = 0;
      await writeFile(join(folder, "db.new"), zoneText(2));
      await rename(join(folder, "db.new"), join(folder, "db.org"));
      for (const port of ports.values()) {
        await until(
          async () => (await ask(port, "version.example.org. TXT"))[0]?.includes('"2"') === true,
        );
      }
      const sent = lines.filter(
        (line) => line.includes("Outgoing") && line.includes('"example.org."'),
      );
      expect(new Set(sent)).toEqual(
        new Set([
          'info: plugin/transfer: Outgoing incremental transfer of 6 records of zone "example.org." to 127.0.0.1 for 2 SOA serial',
        ]),
      );
      expect(lines.filter((line) => line.startsWith("warn"))).toEqual([]);
    });
  },
);

describe.skipIf(isMissing("dig", "REQUIRE_DNS_TOOLS"))("zones are transferred to dig", () => {
  it("whole, and as changes", async () => {
    const folder = await mkdtemp(join(tmpdir(), "transfer-"));
    const path = join(folder, "db");
    await writeFile(path, zoneText(1));
    const server = await startServer({
      corefile: `example.org:{{PORT}} {\nbind 127.0.0.1\nfile ${path} {\nreload 20ms\n}\ntransfer {\nto *\n}\n}\n`,
    });
    const dig = async (...args: readonly string[]): Promise<string[]> => {
      const where = [
        "-r",
        "@127.0.0.1",
        "-p",
        String(server.port),
        "+nocomments",
        "+nocmd",
        "+nostats",
      ];
      const { stdout } = await promisify(execFile)("dig", [...where, "example.org", ...args]);
      return stdout
        .trim()
        .split("\n")
        .map((line) => line.replaceAll(/\s+/g, " "));
    };
    const whole = await dig("AXFR");
    expect(whole).toHaveLength(48);
    await writeFile(path, zoneText(2));
    await until(async () => (await dig("SOA", "+short"))[0]?.includes(" 2 ") === true);
    expect(await dig("IXFR=1")).toHaveLength(6);
    expect(await dig("IXFR=2")).toHaveLength(1);
    expect(await dig("IXFR=1", "+notcp")).toHaveLength(1);
    await server.stop();
    await rm(folder, { recursive: true });
  });
});
