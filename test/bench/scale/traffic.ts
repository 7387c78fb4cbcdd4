import { setTimeout as sleep } from "node:timers/promises";
import { FaultProxy } from "../../cluster/fault-proxy.ts";
import type { Contestant } from "./contestants.ts";
import type { Scene } from "./measured-server.ts";
import { MeasuredServer } from "./measured-server.ts";
import { formatTable } from "./table.ts";

const SETTLE_MS = 10_000;

interface Traffic {
  readonly requests: number;
  readonly octets: number;
  readonly cpuMs: number;
}

/** What a start, and a time in which nothing changes, cost the API server: octets are those of TLS, to the client. */
export async function measureTraffic(
  contestants: readonly Contestant[],
  scene: Scene,
  quietSeconds: number,
): Promise<string> {
  // Nothing happens: so they do not disturb each other.
  const all = contestants.map((contestant) => measure(contestant, scene, quietSeconds));
  const rows = (await Promise.all(all)).map(({ name, start, quiet }) => [
    name,
    `${start.requests}`,
    `${(start.octets / 2 ** 20).toFixed(1)} MiB`,
    `${quiet.requests}`,
    `${(quiet.octets / 1024).toFixed(1)} KiB`,
    `${quiet.cpuMs.toFixed(0)} ms`,
  ]);
  const quiet = `in ${quietSeconds} s`;
  const headings = ["requests at start", "octets at start", `requests ${quiet}`];
  return formatTable(["server", ...headings, `octets ${quiet}`, `CPU ${quiet}`], rows);
}

async function measure(contestant: Contestant, scene: Scene, quietSeconds: number) {
  const proxy = await FaultProxy.start(scene.plane.port);
  const server = await MeasuredServer.start(contestant, scene, proxy.url);
  const count = async (): Promise<Traffic> => ({
    requests: await server.apiRequests(),
    octets: proxy.octetsToClients,
    cpuMs: server.program.cpuSeconds() * 1_000,
  });
  try {
    await server.untilStarted(scene);
    await sleep(SETTLE_MS);
    const start = await count();
    await sleep(quietSeconds * 1_000);
    const end = await count();
    const quiet = {
      requests: end.requests - start.requests,
      octets: end.octets - start.octets,
      cpuMs: end.cpuMs - start.cpuMs,
    };
    return { name: contestant.name, start, quiet };
  } finally {
    await server.stop();
    await proxy.stop();
  }
}
