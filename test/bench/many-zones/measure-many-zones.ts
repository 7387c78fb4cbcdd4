import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { cpuSecondsOfTree, residentOctetsOfTree } from "../cpu-time.ts";
import { freePort } from "../free-port.ts";
import { removeAtExit, start } from "../processes.ts";
import { Asker } from "../scale/asker.ts";
import type { Contestant } from "../scale/contestants.ts";

const LOAD_TIMEOUT_MS = 300_000;
const ASK_PAUSE_MS = 20;
const CHANGE_EVERY_MS = 1_000;
/** Both servers look at the folder so often. */
const RELOAD = "10s";

export interface ManyZonesFigures {
  /** From the start until the first, the middle and the last zone are answered. */
  readonly loadMs: number;
  readonly loadCpuSeconds: number;
  readonly residentOctets: number;
  /** Of the server, while one zone a second changed. */
  readonly changingCpuSeconds: number;
  /** From the last change until it was answered: on average half of what lies between two looks, and what the look takes. */
  readonly seenAfterMs: number;
  /** The longest that one of the questions waited that were asked one after the other meanwhile. */
  readonly longestWaitMs: number;
}

/** Starts a server with a folder of small zones, and changes one a second. */
export async function measureManyZones(
  server: Contestant,
  { zones, changes }: { readonly zones: number; readonly changes: number },
): Promise<ManyZonesFigures> {
  const folder = mkdtempSync(join(tmpdir(), "bench-zones-"));
  removeAtExit(folder);
  mkdirSync(join(folder, "zones"));
  for (let i = 0; i < zones; i++) writeZone(folder, i, 1);
  const port = await freePort();
  writeFileSync(join(folder, "Corefile"), corefile(folder, port));
  const begin = performance.now();
  const args = [...server.args, "-conf", join(folder, "Corefile")];
  const running = start({ program: server.path, args }, join(folder, "log"));
  const asker = await Asker.connect(port);
  try {
    for (const i of [0, zones >> 1, zones - 1]) {
      await asker.untilRight(www(i, 1), ASK_PAUSE_MS, LOAD_TIMEOUT_MS);
    }
    const loadMs = performance.now() - begin;
    const loadCpuSeconds = cpuSecondsOfTree(running.pid);
    const longestWait = askAllTheTime(asker, changes * CHANGE_EVERY_MS);
    for (let change = 0; change < changes; change++) {
      writeZone(folder, (change * 7_919) % zones, 2);
      await sleep(CHANGE_EVERY_MS);
    }
    const longestWaitMs = await longestWait;
    const changingCpuSeconds = cpuSecondsOfTree(running.pid) - loadCpuSeconds;
    const changed = performance.now();
    const last = ((changes - 1) * 7_919) % zones;
    await asker.untilRight(www(last, 2), ASK_PAUSE_MS, LOAD_TIMEOUT_MS);
    const seenAfterMs = performance.now() - changed + CHANGE_EVERY_MS;
    const residentOctets = residentOctetsOfTree(running.pid);
    return {
      loadMs,
      loadCpuSeconds,
      residentOctets,
      changingCpuSeconds,
      seenAfterMs,
      longestWaitMs,
    };
  } finally {
    asker.close();
    await running.stop();
  }
}

async function askAllTheTime(asker: Asker, forMs: number): Promise<number> {
  const endMs = performance.now() + forMs;
  let longest = 0;
  while (performance.now() < endMs) {
    const asked = performance.now();
    await asker.ask(www(0, 1).qname);
    longest = Math.max(longest, performance.now() - asked);
    await sleep(1);
  }
  return longest;
}

function www(zone: number, serial: number): { qname: string; addresses: readonly string[] } {
  return { qname: `www.z${zone}.example.`, addresses: [`192.0.2.${serial}`] };
}

/** In one step: it may be being read. */
function writeZone(folder: string, i: number, serial: number): void {
  const { addresses } = www(i, serial);
  const origin = `z${i}.example`;
  const text = `$TTL 60
@ IN SOA ns.${origin}. admin.${origin}. ${serial} 3600 600 86400 60
@ IN NS ns.${origin}.
ns IN A 192.0.2.53
www IN A ${addresses[0]}
`;
  const path = join(folder, "zones", `db.${origin}`);
  writeFileSync(join(folder, "draft"), text);
  renameSync(join(folder, "draft"), path);
}

function corefile(folder: string, port: number): string {
  return `.:${port} {
    bind 127.0.0.1
    auto {
        directory ${join(folder, "zones")} db\\.(.*) {1}
        reload ${RELOAD}
    }
}
`;
}
