import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSecondsOfTree, residentOctetsOfTree } from "../cpu-time.ts";
import { runLoad } from "../dnsperf.ts";
import { freePort } from "../free-port.ts";
import { removeAtExit, start } from "../processes.ts";
import { Asker } from "../scale/asker.ts";
import { ORIGIN, addressOf, nameOf, writeBigZone } from "./big-zone.ts";
import type { ZoneServer } from "./zone-servers.ts";

const LOAD_TIMEOUT_MS = 300_000;
const ASK_PAUSE_MS = 20;
/** Names of a run of queries. */
const ASKED_NAMES = 200_000;

export interface ZoneFigures {
  readonly loadMs: number;
  readonly loadCpuSeconds: number;
  readonly residentOctets: number;
  readonly reloadMs: number;
  readonly reloadCpuSeconds: number;
  readonly residentOctetsAfter: number;
  /** The longest that one of the questions waited that were asked one after the other during the reload. */
  readonly longestWaitMs: number;
  readonly hitsPerCpuSecond: number;
  readonly missesPerCpuSecond: number;
}

export interface ZoneRun {
  readonly records: number;
  readonly isSorted: boolean;
  readonly seconds: number;
  readonly dnsperf: string;
}

/** Starts a server with a large zone, asks it, and has it read the zone again with another serial number. */
export async function measureZone(server: ZoneServer, run: ZoneRun): Promise<ZoneFigures> {
  const folder = mkdtempSync(join(tmpdir(), "bench-zone-"));
  removeAtExit(folder);
  const zoneFile = join(folder, "db");
  writeBigZone(zoneFile, { ...run, serial: 1 });
  const port = await freePort();
  const args = server.args(folder, zoneFile, port);
  const begin = performance.now();
  const running = start({ program: server.program, args }, join(folder, "log"));
  const asker = await Asker.connect(port);
  try {
    const cpu = (): number => cpuSecondsOfTree(running.pid);
    const serial = (is: number) => ({ qname: `serial.${ORIGIN}`, addresses: [addressOf(is)] });
    await asker.untilRight(serial(1), ASK_PAUSE_MS, LOAD_TIMEOUT_MS);
    const loadMs = performance.now() - begin;
    const loadCpuSeconds = cpu();
    const residentOctets = residentOctetsOfTree(running.pid);
    const perCpuSecond = async (names: (i: number) => string): Promise<number> => {
      const queryFile = join(folder, "queries");
      const lines = Array.from({ length: ASKED_NAMES }, (_, i) => `${names(i)}.${ORIGIN} A\n`);
      writeFileSync(queryFile, lines.join(""));
      const before = cpu();
      const { completed } = await runLoad({
        command: [run.dnsperf],
        threads: 1,
        port,
        queryFile,
        seconds: run.seconds,
        outstanding: 100,
        once: false,
        shape: { transport: "udp", clients: 4 },
        queriesPerSecond: undefined,
      });
      return completed / (cpu() - before);
    };
    const tens = run.records / 10;
    const hitsPerCpuSecond = await perCpuSecond((i) => nameOf(((i * 7919) % tens) * 10));
    const missesPerCpuSecond = await perCpuSecond((i) => `no-${nameOf((i * 7919) % run.records)}`);

    writeBigZone(zoneFile, { ...run, serial: 2 });
    const cpuBefore = cpu();
    const reloadBegin = performance.now();
    if (server.reloadSignal) process.kill(running.pid, server.reloadSignal);
    const longestWaitMs = await askUntil(asker, serial(2));
    return {
      loadMs,
      loadCpuSeconds,
      residentOctets,
      reloadMs: performance.now() - reloadBegin,
      reloadCpuSeconds: cpu() - cpuBefore,
      residentOctetsAfter: residentOctetsOfTree(running.pid),
      longestWaitMs,
      hitsPerCpuSecond,
      missesPerCpuSecond,
    };
  } finally {
    asker.close();
    await running.stop();
  }
}

/** Asks without a pause until the answer is right; the longest that a question waited. */
async function askUntil(
  asker: Asker,
  { qname, addresses }: { qname: string; addresses: readonly string[] },
): Promise<number> {
  let longest = 0;
  const deadline = performance.now() + LOAD_TIMEOUT_MS;
  while (performance.now() < deadline) {
    const asked = performance.now();
    const said = await asker.ask(qname);
    longest = Math.max(longest, performance.now() - asked);
    if (said?.join() === addresses.join()) return longest;
  }
  throw new Error(`Cannot reload: no answer "${addresses.join()}" in time`);
}
