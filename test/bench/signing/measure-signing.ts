import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cpuSecondsOfTree } from "../cpu-time.ts";
import type { Latency, LoadResult } from "../dnsperf.ts";
import { runLoad } from "../dnsperf.ts";
import { freePort } from "../free-port.ts";
import { removeAtExit, start } from "../processes.ts";
import { Asker } from "../scale/asker.ts";
import type { SigningServer } from "./signing-servers.ts";
import { ORIGIN } from "./signing-servers.ts";

const START_TIMEOUT_MS = 60_000;
const ASK_PAUSE_MS = 20;
/** All their signatures have room in the stores of CoreDNS and of Portolan, which are as large. */
const REPEATED_NAMES = 1_000;

export interface SigningRun {
  readonly names: number;
  readonly seconds: number;
  /** At which the tail is measured. */
  readonly queriesPerSecond: number;
  readonly dnsperf: string;
}

export interface SigningFigures {
  /** Replies per CPU-second: each with a signature that had to be made. */
  readonly newPerCpuSecond: number;
  /** The same, where the name does not exist. */
  readonly denialsPerCpuSecond: number;
  /** Names whose signatures have been made before. */
  readonly repeatedPerCpuSecond: number;
  /** Of new names, at a fixed rate. */
  readonly latency: Latency | undefined;
  /** Questions of all runs that got no reply, and replies that are failures. */
  readonly failed: number;
}

/** A zone with an address for each of so many names. */
export function writeSigningZone(path: string, names: number): void {
  const records = Array.from(
    { length: names },
    (_, i) => `n${i} A 10.0.${(i >> 8) & 255}.${i & 255}\n`,
  );
  const head = `$ORIGIN ${ORIGIN}\n$TTL 3600\n@ SOA ns host 1 7200 3600 1209600 300\n@ NS ns\nns A 192.0.2.53\n`;
  writeFileSync(path, head + records.join(""));
}

/** Starts a server that signs, and asks it for names, each of them once, and for a few again and again. */
export async function measureSigning(
  server: SigningServer,
  run: SigningRun,
): Promise<SigningFigures> {
  const folder = mkdtempSync(join(tmpdir(), "bench-signing-"));
  removeAtExit(folder);
  const zoneFile = join(folder, "db.zone");
  writeSigningZone(zoneFile, run.names);
  const port = await freePort();
  const args = await server.args(folder, zoneFile, port);
  const running = start({ program: server.program, args }, join(folder, "log"));
  const asker = await Asker.connect(port);
  try {
    const first = { qname: `ns.${ORIGIN}`, addresses: ["192.0.2.53"] };
    await asker.untilRight(first, ASK_PAUSE_MS, START_TIMEOUT_MS);
    const load = loadOf({ run, folder, port, pid: running.pid });
    const parts = [1, 2, 3, 4].map((part) => (part * run.names) / 4);
    const [quarter = 0, half = 0, most = 0, all = 0] = parts;
    const repeatedNames = { from: 0, to: REPEATED_NAMES, prefix: "n", once: false };
    // Each kind first without being counted: compilers and caches warm up.
    await load(repeatedNames);
    const repeated = await load(repeatedNames);
    await load({ from: REPEATED_NAMES, to: quarter, prefix: "n", once: true });
    const fresh = await load({ from: quarter, to: half, prefix: "n", once: true });
    await load({ from: 0, to: half, prefix: "no", once: true });
    const denials = await load({ from: half, to: all, prefix: "no", once: true });
    const steady = { once: true, queriesPerSecond: run.queriesPerSecond };
    const paced = await load({ from: most, to: all, prefix: "n", ...steady });
    return {
      newPerCpuSecond: fresh.perCpuSecond,
      denialsPerCpuSecond: denials.perCpuSecond,
      repeatedPerCpuSecond: repeated.perCpuSecond,
      latency: paced.result.latency,
      failed: [repeated, fresh, denials, paced].reduce((sum, one) => sum + failures(one.result), 0),
    };
  } finally {
    asker.close();
    await running.stop();
  }
}

interface Asked {
  /** Numbers of the names. */
  readonly from: number;
  readonly to: number;
  readonly prefix: string;
  readonly once: boolean;
  readonly queriesPerSecond?: number;
}

interface Loaded {
  readonly perCpuSecond: number;
  readonly result: LoadResult;
}

function loadOf(at: {
  readonly run: SigningRun;
  readonly folder: string;
  readonly port: number;
  readonly pid: number;
}): (asked: Asked) => Promise<Loaded> {
  const { run, folder, port, pid } = at;
  return async ({ from, to, prefix, once, queriesPerSecond }) => {
    const queryFile = join(folder, "queries");
    const lines = Array.from({ length: to - from }, (_, i) => `${prefix}${from + i}.${ORIGIN} A\n`);
    writeFileSync(queryFile, lines.join(""));
    const before = cpuSecondsOfTree(pid);
    const result = await runLoad({
      command: [run.dnsperf],
      threads: 1,
      port,
      queryFile,
      seconds: run.seconds,
      outstanding: 100,
      once,
      shape: { transport: "udp", clients: 4 },
      queriesPerSecond,
      dnssecOk: true,
    });
    return { perCpuSecond: result.completed / (cpuSecondsOfTree(pid) - before), result };
  };
}

/** Denials are NOERROR where they are signed. */
function failures({ lost, rcodes }: LoadResult): number {
  const { NOERROR: _, NXDOMAIN: __, ...others } = rcodes;
  return Object.values(others).reduce((sum, count) => sum + count, lost);
}
